//! Explains the rejection of signatures.

use crate::aws::sigv4::{FailedCheck, SessionTokenError};
use crate::request_log::explanation::duration::readable;
use crate::request_log::explanation::token::millis_between;
use crate::request_log::explanation::{Explanation, ExplanationKind, Facts};
use crate::request_log::received_request::ReceivedRequest;

pub(super) fn explain(request: &ReceivedRequest, check: &FailedCheck) -> Explanation {
    let claim = request.claim.as_ref();
    let key = claim.map(|claim| claim.access_key_id.clone());
    let named_key = key.as_deref().unwrap_or("of the signature").to_owned();
    let facts = Facts {
        access_key_id: key,
        ..Facts::default()
    };
    let explanation = match check {
        FailedCheck::Unsigned => Explanation::new(ExplanationKind::Unsigned, "The request is not signed.")
            .advice("Configure credentials for the client."),
        FailedCheck::Incomplete => {
            let message = request.message.as_deref().unwrap_or("a part of it is missing");
            let text = format!("The signature is incomplete: {message}");
            Explanation::new(ExplanationKind::Incomplete, text)
        }
        FailedCheck::Host => Explanation::new(
            ExplanationKind::Incomplete,
            "The signature is incomplete: it does not include the host.",
        ),
        FailedCheck::TwoSignatures => Explanation::new(
            ExplanationKind::TwoSignatures,
            "The request has a signature in the Authorization header and one in the query.",
        ),
        FailedCheck::Date { signed, now, validity } => {
            let difference = millis_between(*signed, *now);
            let side = if difference < 0 { "after" } else { "before" };
            let (difference, limit) = (readable(difference), readable(i64::try_from(validity.as_millis()).unwrap_or(i64::MAX)));
            let text = format!("The request was signed {difference} {side} the time of the mock's clock, {now}; the limit is {limit}.");
            return Explanation::new(ExplanationKind::ClockSkew, text)
                .advice("Use the time of the mock's clock in signatures: it is in the Date header of each response.")
                .facts(Facts { signed_at: Some(*signed), ..facts });
        }
        FailedCheck::Scope { expected_service, expected_region } => {
            let (service, region) = claim.map_or(("?", "?"), |claim| (&claim.service, &claim.region));
            let expected = match expected_region {
                Some(region) => region.to_string(),
                None => "a known Region".to_owned(),
            };
            let text = format!("The request was signed for {service} in {region}; expected {expected_service} in {expected}, and the date of the signature.");
            return Explanation::new(ExplanationKind::Scope, text).facts(Facts {
                service: Some(service.to_owned()),
                region: Some(region.to_owned()),
                expected_service: Some(expected_service.name()),
                expected_region: expected_region.as_ref().map(ToString::to_string),
                ..facts
            });
        }
        FailedCheck::UnknownKey => Explanation::new(
            ExplanationKind::KeyUnknown,
            format!("No principal has the access key ID {named_key}."),
        )
        .advice("Use the keys of a principal of the configuration, or start the mock with --auth lenient."),
        FailedCheck::SessionToken(error) => {
            let problem = match error {
                SessionTokenError::Missing => "the request has no session token",
                SessionTokenError::Different => "the session token is another one",
                SessionTokenError::Unexpected => "it has no session token, and the request has one",
            };
            let text = format!("The access key ID {named_key} exists, but {problem}.");
            Explanation::new(ExplanationKind::SessionToken, text)
        }
        FailedCheck::ExpiredCredentials { arn, since } => {
            let late = millis_between(*since, request.received);
            let text = format!("The credentials of {arn} expired {} before this request, at {since}.", readable(late));
            return Explanation::new(ExplanationKind::CredentialsExpired, text)
                .advice("Get new credentials.")
                .facts(Facts {
                    principal: Some(arn.to_string()),
                    expired_at: Some(*since),
                    late_ms: Some(late),
                    ..facts
                });
        }
        FailedCheck::Mismatch => Explanation::new(
            ExplanationKind::Signature,
            "The signature does not match: the secret key is wrong, or the request was changed after it was signed.",
        ),
    };
    explanation.facts(facts)
}
