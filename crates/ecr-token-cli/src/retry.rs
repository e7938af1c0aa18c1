//! Decides whether a call is retried, by the rules of v1 instead of those of the SDK.

use aws_smithy_runtime_api::client::interceptors;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};

use crate::config::retries::Mode;
use crate::service_error::ServiceError;

/// Decides after all classifiers of the SDK, so its decision is final.
#[derive(Debug)]
pub(crate) struct V1RetryClassifier(pub(crate) Mode);

impl ClassifyRetry for V1RetryClassifier {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let is_repeated = match (error.is_operation_error(), context.response()) {
            (true, Some(response)) => should_retry(response, self.0),
            _ => is_network_error(error),
        };
        match is_repeated {
            true => RetryAction::transient_error(),
            false => RetryAction::RetryForbidden,
        }
    }

    fn name(&self) -> &'static str {
        "v1 rules"
    }

    fn priority(&self) -> RetryClassifierPriority {
        let last = RetryClassifierPriority::transient_error_classifier();
        RetryClassifierPriority::run_after(RetryClassifierPriority::run_after(last))
    }
}

/// Excludes user errors of the connector: they come from an invalid CA bundle, which a retry does not change.
fn is_network_error(error: &OrchestratorError<interceptors::context::Error>) -> bool {
    let is_user_error = error
        .as_connector_error()
        .is_some_and(ConnectorError::is_user);
    error.is_response_error() || (error.is_connector_error() && !is_user_error)
}

/// Returns whether v1 would retry the call after this response.
///
/// Recorded for both modes: each retries some statuses and error codes that the other does not.
pub(crate) fn should_retry(response: &HttpResponse, mode: Mode) -> bool {
    let code = ServiceError::read(response).map(|error| error.code);
    should_retry_code(response.status().as_u16(), &code.unwrap_or_default(), mode)
}

/// Returns whether v1 would retry the call after a response with this status and error code.
pub(crate) fn should_retry_code(status: u16, code: &str, mode: Mode) -> bool {
    match (mode, status) {
        (_, 500 | 502 | 503 | 504) | (Mode::Legacy, 429 | 509) => true,
        (Mode::Legacy, 400) => THROTTLED.contains(&code),
        (Mode::Legacy, _) => false,
        (Mode::Standard, _) => THROTTLED.contains(&code) || OVERLOADED.contains(&code),
    }
}

/// Error codes that both modes retry; the legacy mode only with status 400. The second one is an error of STS.
const THROTTLED: &[&str] = &[
    "IDPCommunicationError",
    "ProvisionedThroughputExceededException",
    "RequestThrottledException",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
];

/// Error codes that only the standard mode retries, with any status.
const OVERLOADED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestTimeout",
    "RequestTimeoutException",
    "SlowDown",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::http::StatusCode;
    use interceptors::context::Input;

    fn retry_action(error: ConnectorError) -> RetryAction {
        let mut context = InterceptorContext::new(Input::erase(()));
        context.set_output_or_error(Err(OrchestratorError::connector(error)));
        V1RetryClassifier(Mode::Legacy).classify_retry(&context)
    }

    #[test]
    fn a_network_error_is_retried_and_a_configuration_error_is_not() {
        assert!(retry_action(ConnectorError::io("reset".into())).should_retry());
        assert!(retry_action(ConnectorError::timeout("slow".into())).should_retry());
        let forbidden = RetryAction::RetryForbidden;
        assert_eq!(
            retry_action(ConnectorError::user("no bundle".into())),
            forbidden
        );
    }

    fn response(status: u16, code: &str) -> HttpResponse {
        let body = format!(r#"{{"__type":"{code}"}}"#);
        HttpResponse::new(StatusCode::try_from(status).unwrap(), body.into())
    }

    /// Recorded from AWS CLI 1.46.3 with two attempts: whether each mode made both.
    #[test]
    fn each_mode_retries_the_same_errors_as_v1() {
        for (status, code, legacy, standard) in [
            (400, "ThrottlingException", true, true),
            (403, "ThrottlingException", false, true),
            (400, "RequestThrottledException", true, true),
            (400, "TooManyRequestsException", false, true),
            (403, "SlowDown", false, true),
            (400, "RequestTimeout", false, true),
            (400, "ServerException", false, false),
            (400, "Other", false, false),
            (429, "Other", true, false),
            (500, "Other", true, true),
            (501, "Other", false, false),
            (504, "Other", true, true),
            (509, "Other", true, false),
        ] {
            let response = response(status, code);
            let repeated = [Mode::Legacy, Mode::Standard].map(|mode| should_retry(&response, mode));
            assert_eq!(repeated, [legacy, standard], "{status} {code}");
        }
    }
}
