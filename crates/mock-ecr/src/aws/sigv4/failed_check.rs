//! Determines which check of a rejected signature has failed, to explain the rejection.

use std::time::Duration;

use http::request::Parts;

use crate::aws::service::AwsService;
use crate::aws::sigv4::authorization::Authorization;
use crate::aws::sigv4::error::SigV4Error;
use crate::aws::sigv4::{Verifier, check_date, check_host, check_scope, validity};
use crate::iam::auth_mode::AuthMode;
use crate::iam::principal::Principal;
use crate::types::timestamp::Timestamp;
use crate::types::{PrincipalArn, Region};

/// The check of a signature that failed, with the values that the check compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FailedCheck {
    /// The request has no signature.
    Unsigned,
    /// A part of the signature is missing or malformed. The text in the response names it.
    Incomplete,
    /// The request has a signature in the header and one in the query.
    TwoSignatures,
    /// The signature does not include the host.
    Host,
    Date {
        signed: Timestamp,
        now: Timestamp,
        /// The maximum age of the signature.
        validity: Duration,
    },
    Scope {
        expected_service: AwsService,
        /// `None` if every known Region is valid.
        expected_region: Option<Region>,
    },
    UnknownKey,
    SessionToken(SessionTokenError),
    ExpiredCredentials {
        arn: PrincipalArn,
        since: Timestamp,
    },
    /// The signature does not match the request.
    Mismatch,
}

/// Why a session token does not belong to an access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionTokenError {
    /// The credentials have a session token, and the request has none.
    Missing,
    /// The credentials have another session token.
    Different,
    /// The credentials have no session token, and the request has one.
    Unexpected,
}

/// Returns the check that rejects a request. The request must have been rejected at the time `now`.
pub(crate) fn failed_check(
    request: &Parts,
    verifier: &Verifier<'_>,
    now: Timestamp,
) -> FailedCheck {
    let authorization = match Authorization::of(request) {
        Ok(authorization) => authorization,
        Err(SigV4Error::Missing) => return FailedCheck::Unsigned,
        Err(SigV4Error::Invalid(_)) => return FailedCheck::TwoSignatures,
        Err(_) => return FailedCheck::Incomplete,
    };
    let is_strict = verifier.principals.auth() == AuthMode::Strict;
    if is_strict && check_host(&authorization).is_err() {
        return FailedCheck::Host;
    }
    if is_strict && check_date(&authorization, verifier, now).is_err() {
        return FailedCheck::Date {
            signed: authorization.date,
            now,
            validity: validity(&authorization),
        };
    }
    if check_scope(&authorization, verifier).is_err() {
        return FailedCheck::Scope {
            expected_service: verifier.service,
            expected_region: verifier.host_region.cloned(),
        };
    }
    let key = authorization.scope.access_key_id();
    match verifier.principals.with_access_key_id(key) {
        Some(principal) => of_credentials(&authorization, &principal, now),
        None => FailedCheck::UnknownKey,
    }
}

fn of_credentials(
    authorization: &Authorization<'_>,
    principal: &Principal,
    now: Timestamp,
) -> FailedCheck {
    match (&principal.session_token, &authorization.session_token) {
        (None, None) => {}
        (Some(expected), Some(found)) if expected.equals(found) => {}
        (Some(_), None) => return FailedCheck::SessionToken(SessionTokenError::Missing),
        (None, Some(_)) => return FailedCheck::SessionToken(SessionTokenError::Unexpected),
        (Some(_), Some(_)) => return FailedCheck::SessionToken(SessionTokenError::Different),
    }
    match principal.expires {
        Some(since) if principal.has_expired(now) => FailedCheck::ExpiredCredentials {
            arn: principal.arn.clone(),
            since,
        },
        _ => FailedCheck::Mismatch,
    }
}
