//! Verifies signatures of AWS Signature Version 4, in the `Authorization` header or in the query string.
//!
//! The checks and their order are those of AWS as implemented by `scratchstack-aws-signature`, a verifier for mock AWS services. Tests
//! compare both verifiers. One step differs: the credential is parsed before the date is compared with the clock, so that all later
//! checks have a complete credential. For messages that were recorded from ECR, the source is cited.

mod authorization;
mod canonical;
mod claim;
mod error;
mod failed_check;
mod quoted;
mod signing_key;

use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use subtle::ConstantTimeEq as _;

use crate::aws::service::AwsService;
use crate::clock::{Clock, SigV4Clock};
use crate::iam::auth_mode::AuthMode;
use crate::iam::identity_store::IdentityStore;
use crate::iam::principal::{Caller, Principal};
use crate::types::Region;
use crate::types::timestamp::Timestamp;

use authorization::Authorization;
pub use claim::SignatureClaim;
pub(crate) use error::SigV4Error;
pub(crate) use failed_check::{FailedCheck, SessionTokenError, failed_check};
pub(crate) use quoted::without_quoted_value;
pub(crate) use signing_key::SigningKeys;

/// The data that a signature is verified with.
#[derive(Debug)]
pub(crate) struct Verifier<'a> {
    pub(crate) principals: &'a IdentityStore,
    pub(crate) signing_keys: &'a SigningKeys,
    pub(crate) clock: &'a Clock,
    pub(crate) sigv4_clock: SigV4Clock,
    pub(crate) service: AwsService,
    /// The Region in the requested host name, if any.
    pub(crate) host_region: Option<&'a Region>,
    /// Regions that are valid in addition to the known Regions.
    pub(crate) additional_regions: &'a [Region],
}

/// Verifies the signature of a request, and returns the caller.
///
/// # Errors
///
/// Returns the first of these errors: no signature, an incomplete signature, a signature without the host, a date too far from the clock,
/// a scope of another service or Region, an unknown key, expired credentials, and a signature that does not match the request.
pub(crate) fn verify(
    request: &Parts,
    body: &[u8],
    verifier: &Verifier<'_>,
    now: Timestamp,
) -> Result<Caller, SigV4Error> {
    let authorization = Authorization::of(request)?;
    if verifier.principals.auth() == AuthMode::Lenient {
        return unverified_caller(&authorization, verifier);
    }
    check_host(&authorization)?;
    check_date(&authorization, verifier, now)?;
    let region = check_scope(&authorization, verifier)?;
    let principal = owner(&authorization, verifier, now)?;
    check_signature(request, body, &authorization, &principal, verifier)?;
    Ok(Caller::new(principal, region))
}

/// Checks that a request has exactly one signature, and that no part of it is missing.
///
/// # Errors
///
/// Returns an error if the request has no signature, has more than one, or has an incomplete one.
pub(crate) fn check_form(request: &Parts) -> Result<(), SigV4Error> {
    Authorization::of(request).map(drop)
}

/// Returns the caller that a request claims, for a lenient mock.
fn unverified_caller(
    authorization: &Authorization<'_>,
    verifier: &Verifier<'_>,
) -> Result<Caller, SigV4Error> {
    let scope = &authorization.scope;
    let region = scope
        .region()
        .parse()
        .map_err(|_| SigV4Error::Invalid(wrong_region(scope.region())))?;
    let principals = verifier.principals;
    let principal = principals
        .with_access_key_id(scope.access_key_id())
        .unwrap_or_else(|| principals.lenient_principal(scope.access_key_id(), &region));
    Ok(Caller::new(principal, region))
}

/// Checks that the host is signed. Otherwise, the request would also be valid for another host. The message is that of
/// `scratchstack-aws-signature`.
fn check_host(authorization: &Authorization<'_>) -> Result<(), SigV4Error> {
    let mut names = authorization.signed_headers.split(';');
    names
        .any(|name| name == "host")
        .then_some(())
        .ok_or_else(|| {
            SigV4Error::Invalid(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
                    .to_owned(),
            )
        })
}

/// Compares the date with the clock of the mock. If that clock was moved and the configuration allows it, a date that is valid for the
/// system clock is accepted too.
fn check_date(
    authorization: &Authorization<'_>,
    verifier: &Verifier<'_>,
    now: Timestamp,
) -> Result<(), SigV4Error> {
    check_date_at(authorization, now).or_else(|error| {
        let system = match verifier.sigv4_clock {
            SigV4Clock::Mock => None,
            SigV4Clock::Either => verifier.clock.system_if_moved(),
        };
        let is_valid = |system| check_date_at(authorization, system).is_ok();
        system.is_some_and(is_valid).then_some(()).ok_or(error)
    })
}

/// Compares the date with a time. The maximum difference is 15 minutes, as in ECR.
///
/// The first message is ECR's; source: upmc-enterprises/registry-creds#47. The message about future dates and the format of a shorter
/// validity period are those of `scratchstack-aws-signature`.
///
/// The date of a signature has no milliseconds, so the milliseconds of `now` are ignored.
fn check_date_at(authorization: &Authorization<'_>, now: Timestamp) -> Result<(), SigV4Error> {
    let date = authorization.date;
    let now = Timestamp::from_millis(now.as_millis().div_euclid(1000) * 1000);
    let validity = validity(authorization);
    let (earliest, latest) = (now - validity, now + SKEW);
    if date < earliest {
        Err(SigV4Error::Invalid(format!(
            "Signature expired: {} is now earlier than {} ({} - {}.)",
            date.to_basic(),
            earliest.to_basic(),
            now.to_basic(),
            minutes_or_seconds(validity)
        )))
    } else if date > latest {
        Err(SigV4Error::Invalid(format!(
            "Signature not yet current: {} is still later than {} ({} + {}.)",
            date.to_basic(),
            latest.to_basic(),
            now.to_basic(),
            minutes_or_seconds(SKEW)
        )))
    } else {
        Ok(())
    }
}

/// Returns the maximum age of a signature.
fn validity(authorization: &Authorization<'_>) -> Duration {
    let expires_in = authorization.expires_in;
    expires_in.map_or(SKEW, |expires_in| expires_in.min(SKEW))
}

fn minutes_or_seconds(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} sec"),
    }
}

/// Checks the credential scope, and returns its Region.
///
/// The sentences of the message and their order are those of `scratchstack-aws-signature`. Each sentence ends in a space, as recorded from
/// EMR, which uses the same protocol. Source: aws/aws-sdk-ruby#431.
fn check_scope(
    authorization: &Authorization<'_>,
    verifier: &Verifier<'_>,
) -> Result<Region, SigV4Error> {
    let scope = &authorization.scope;
    let region = scope.region().parse::<Region>().ok();
    let is_valid = |region: &Region| {
        verifier.host_region.is_none_or(|host| host == region)
            && region.check_known(verifier.additional_regions).is_ok()
    };
    let region = region.filter(is_valid);
    let mut message = String::new();
    if region.is_none() {
        message += &wrong_region(scope.region());
    }
    let service = verifier.service;
    if scope.service() != service.name() {
        message += &format!("Credential should be scoped to correct service: '{service}'. ");
    }
    if scope.terminator() != TERMINATOR {
        let found = scope.terminator();
        message += &format!(
            "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{found}'. "
        );
    }
    if *scope.date() != authorization.date_text[..8] {
        let (found, date) = (scope.date(), &authorization.date_text);
        message += &format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{found}' != '{}', from '{date}'. ",
            &date[..8]
        );
    }
    region
        .filter(|_| message.is_empty())
        .ok_or(SigV4Error::Invalid(message))
}

fn wrong_region(found: &str) -> String {
    format!("Credential should be scoped to a valid region, not '{found}'. ")
}

/// Returns the owner of the access key, if the session token belongs to it and the credentials have not expired.
fn owner(
    authorization: &Authorization<'_>,
    verifier: &Verifier<'_>,
    now: Timestamp,
) -> Result<Arc<Principal>, SigV4Error> {
    let principal = verifier
        .principals
        .with_access_key_id(authorization.scope.access_key_id())
        .ok_or(SigV4Error::UnknownKey)?;
    match (&principal.session_token, &authorization.session_token) {
        (None, None) => {}
        (Some(expected), Some(found)) if expected.equals(found) => {}
        _ => return Err(SigV4Error::UnknownKey),
    }
    if principal.has_expired(now) {
        return Err(SigV4Error::ExpiredCredentials);
    }
    Ok(principal)
}

fn check_signature(
    request: &Parts,
    body: &[u8],
    authorization: &Authorization<'_>,
    principal: &Principal,
    verifier: &Verifier<'_>,
) -> Result<(), SigV4Error> {
    let string_to_sign = canonical::string_to_sign(request, body, authorization);
    let scope = &authorization.scope;
    let key = verifier
        .signing_keys
        .of(scope, &principal.secret_access_key);
    let expected = key.sign(&string_to_sign);
    let is_equal: bool = expected.ct_eq(authorization.signature.as_bytes()).into();
    is_equal.then_some(()).ok_or_else(|| {
        // Older services append the canonical string. [ANALOG] STS does not: `sts_oracle.rs` of justincormack/argmin (2026).
        SigV4Error::Invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
                .to_owned(),
        )
    })
}

const TERMINATOR: &str = "aws4_request";

/// The maximum difference between the time of a signature and the clock.
pub(crate) const SKEW: Duration = Duration::from_secs(15 * 60);

#[cfg(test)]
mod tests;
