//! Explains the rejection of signatures.

use std::time::Duration;

use crate::aws::service::AwsService;
use crate::aws::sigv4::{FailedCheck, SKEW, SessionTokenError};
use crate::request_log::explanation::definition::Explanation;
use crate::request_log::explanation::duration::{before_request, readable};
use crate::request_log::explanation::facts::Facts;
use crate::request_log::explanation::kind::ExplanationKind;
use crate::request_log::explanation::token::millis_between;
use crate::request_log::received_request::ReceivedRequest;
use crate::types::Region;
use crate::types::timestamp::Timestamp;

pub(super) fn explain(request: &ReceivedRequest, check: &FailedCheck) -> Explanation {
    let explanation = match check {
        FailedCheck::Unsigned => {
            Explanation::new(ExplanationKind::Unsigned, "The request is not signed.")
                .advice("Configure credentials for the client.")
        }
        FailedCheck::Incomplete => incomplete(request.message.as_deref().unwrap_or("no details")),
        FailedCheck::Host => incomplete("it does not include the host."),
        FailedCheck::TwoSignatures => Explanation::new(
            ExplanationKind::TwoSignatures,
            "The request has a signature in the Authorization header and one in the query.",
        ),
        FailedCheck::Date {
            signed,
            now,
            validity,
        } => date(*signed, *now, *validity),
        FailedCheck::Scope {
            expected_service,
            expected_region,
        } => scope(request, *expected_service, expected_region.as_ref()),
        FailedCheck::UnknownKey => unknown_key(request),
        FailedCheck::SessionToken(error) => session_token(request, *error),
        FailedCheck::ExpiredCredentials { arn, since } => {
            expired(arn.as_str(), *since, request.received)
        }
        FailedCheck::Mismatch => Explanation::new(
            ExplanationKind::Signature,
            "The signature does not match: the secret key is wrong, or the request was changed after it was signed.",
        ),
    };
    let facts = Facts {
        access_key_id: request.claim.as_ref().map(|one| one.access_key_id.clone()),
        ..explanation.facts.clone()
    };
    explanation.facts(facts)
}

fn incomplete(problem: &str) -> Explanation {
    let text = format!("The signature is incomplete: {problem}");
    Explanation::new(ExplanationKind::Incomplete, text)
}

fn date(signed: Timestamp, now: Timestamp, validity: Duration) -> Explanation {
    let difference = millis_between(signed, now);
    let (side, limit) = match difference < 0 {
        true => ("after", SKEW),
        false => ("before", validity),
    };
    let limit = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
    let is_expired = difference >= 0 && validity < SKEW;
    let (difference, limit) = (readable(difference), readable(limit));
    let text = format!(
        "The request was signed {difference} {side} the time of the mock's clock, {now}; the limit is {limit}."
    );
    Explanation::new(ExplanationKind::ClockSkew, text)
        .advice(match is_expired {
            true => "Sign the request again.",
            false => "Use the time of the mock's clock in signatures: it is in the Date header of each response.",
        })
        .facts(Facts {
            signed_at: Some(signed),
            ..Facts::default()
        })
}

fn scope(
    request: &ReceivedRequest,
    expected_service: AwsService,
    expected_region: Option<&Region>,
) -> Explanation {
    let claim = request.claim.as_ref();
    let service = claim.map_or_else(String::new, |claim| claim.service.clone());
    let region = claim.map_or_else(String::new, |claim| claim.region.clone());
    let expected = expected_region.map_or_else(|| "a known Region".to_owned(), Region::to_string);
    let text = format!(
        "The credential scope names {service} in {region}; expected {expected_service} in {expected}, and the date of the signature."
    );
    Explanation::new(ExplanationKind::Scope, text).facts(Facts {
        service: Some(service),
        region: Some(region),
        expected_service: Some(expected_service.name()),
        expected_region: expected_region.map(ToString::to_string),
        ..Facts::default()
    })
}

fn unknown_key(request: &ReceivedRequest) -> Explanation {
    let text = format!("No principal has the access key ID{}.", key(request));
    Explanation::new(ExplanationKind::KeyUnknown, text).advice(
        "Use the keys of a principal of the configuration, or start the mock with --auth lenient.",
    )
}

fn session_token(request: &ReceivedRequest, error: SessionTokenError) -> Explanation {
    let problem = match error {
        SessionTokenError::Missing => "the request has no session token",
        SessionTokenError::Different => "the session token is another one",
        SessionTokenError::Unexpected => "it has no session token, and the request has one",
    };
    let text = format!("The access key ID{} exists, but {problem}.", key(request));
    Explanation::new(ExplanationKind::SessionToken, text)
}

/// Returns the access key ID after a space, if the request log contains it.
fn key(request: &ReceivedRequest) -> String {
    let claim = request.claim.as_ref();
    claim.map_or_else(String::new, |claim| format!(" {}", claim.access_key_id))
}

fn expired(arn: &str, since: Timestamp, now: Timestamp) -> Explanation {
    let late = millis_between(since, now);
    let before = before_request(late);
    let text = format!("The credentials of {arn} expired {before} {since}.");
    Explanation::new(ExplanationKind::CredentialsExpired, text)
        .advice("Get new credentials.")
        .facts(Facts {
            principal: Some(arn.to_owned()),
            expired_at: Some(since),
            late_ms: Some(late),
            ..Facts::default()
        })
}
