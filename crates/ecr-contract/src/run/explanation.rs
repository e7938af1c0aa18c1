//! Converts the explanations of the mock for the reports.

use mock_ecr::request_log::{self, ExplanationKind, ReceivedRequest};

use crate::report::{EventExplanation, ExplanationLevel};

/// Returns why a request was rejected, or what faults did to its response. Returns `None` if the request succeeded without a fault.
pub(super) fn of_request(request: &ReceivedRequest) -> Option<EventExplanation> {
    let of_mock = request.explanation()?;
    let level = match of_mock.level {
        request_log::ExplanationLevel::Info => ExplanationLevel::Info,
        request_log::ExplanationLevel::Warning => ExplanationLevel::Warning,
        _ => ExplanationLevel::Error,
    };
    let is_for_client = is_for_client(of_mock.kind);
    Some(EventExplanation {
        kind: of_mock.kind.name().to_owned(),
        level,
        text: of_mock.text,
        advice: of_mock.advice.filter(|_| is_for_client),
    })
}

/// Returns whether the advice says what a client can do. Other advice says how to configure a mock, which the scenario has done, or is about the
/// faults of the scenario.
fn is_for_client(kind: ExplanationKind) -> bool {
    matches!(
        kind,
        ExplanationKind::TokenExpired
            | ExplanationKind::TokenMalformed
            | ExplanationKind::TokenRegion
            | ExplanationKind::TokenCredentials
            | ExplanationKind::WrongUser
            | ExplanationKind::NotBasic
            | ExplanationKind::MalformedCredentials
            | ExplanationKind::Unsigned
            | ExplanationKind::ClockSkew
            | ExplanationKind::CredentialsExpired
            | ExplanationKind::LayerUrlExpired
            | ExplanationKind::LayerUrlInvalid
    )
}
