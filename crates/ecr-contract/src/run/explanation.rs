//! Converts the explanations of the mock for the reports.

use mock_ecr::request_log::{self, Explanation, ExplanationKind, ReceivedRequest};

use crate::report::{EventExplanation, ExplanationLevel};

/// Returns why a request was rejected, or what faults did to its response. Returns `None` if the request succeeded without a fault.
pub(super) fn of_request(request: &ReceivedRequest) -> Option<EventExplanation> {
    let of_mock = request.explanation()?;
    let level = match of_mock.level {
        request_log::ExplanationLevel::Info => ExplanationLevel::Info,
        request_log::ExplanationLevel::Warning => ExplanationLevel::Warning,
        _ => ExplanationLevel::Error,
    };
    Some(EventExplanation {
        kind: of_mock.kind.name().to_owned(),
        level,
        advice: advice(&of_mock),
        text: of_mock.text,
    })
}

/// Returns the advice for a client. Advice about the configuration of the mock is omitted, because the scenario configures it. Advice about other
/// tokens is omitted, because the client may not have them.
fn advice(of_mock: &Explanation) -> Option<String> {
    match of_mock.kind {
        ExplanationKind::TokenExpired | ExplanationKind::FaultExpired => {
            Some("Request a new token and retry once.".to_owned())
        }
        ExplanationKind::TokenMalformed
        | ExplanationKind::TokenRegion
        | ExplanationKind::TokenCredentials
        | ExplanationKind::WrongUser
        | ExplanationKind::NotBasic
        | ExplanationKind::MalformedCredentials
        | ExplanationKind::Unsigned
        | ExplanationKind::ClockSkew
        | ExplanationKind::CredentialsExpired
        | ExplanationKind::LayerUrlExpired
        | ExplanationKind::LayerUrlInvalid => of_mock.advice.clone(),
        _ => None,
    }
}
