//! Which failures are worth another attempt: v1's rules in place of the SDK's.
//!
//! Recorded for the legacy mode. `[ASSUME]` the standard and the adaptive mode draw the same line.

use aws_smithy_runtime_api::client::interceptors;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};

use crate::service_error::ServiceError;

/// Runs behind all classifiers of the SDK and has the last word.
#[derive(Debug)]
pub(crate) struct V1Rules;

impl ClassifyRetry for V1Rules {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let is_repeated = match (error.is_operation_error(), context.response()) {
            (true, Some(response)) => is_repeated(response),
            _ => is_of_the_network(error),
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

/// A connector error of the user's is a CA bundle that cannot be used, and stays so.
fn is_of_the_network(error: &OrchestratorError<interceptors::context::Error>) -> bool {
    let is_user_error = error
        .as_connector_error()
        .is_some_and(ConnectorError::is_user);
    error.is_response_error() || (error.is_connector_error() && !is_user_error)
}

/// Whether the same call might succeed a moment later.
pub(crate) fn is_repeated(response: &HttpResponse) -> bool {
    match response.status().as_u16() {
        429 | 500 | 502 | 503 | 504 | 509 => true,
        400 => ServiceError::read(response).is_ok_and(|error| is_throttling(&error.code)),
        _ => false,
    }
}

/// The codes that v1 repeats at status 400; it does not repeat TooManyRequestsException and its like.
fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "ProvisionedThroughputExceededException"
            | "RequestThrottledException"
            | "ThrottledException"
            | "Throttling"
            | "ThrottlingException"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use interceptors::context::Input;

    fn verdict(error: ConnectorError) -> RetryAction {
        let mut context = InterceptorContext::new(Input::erase(()));
        context.set_output_or_error(Err(OrchestratorError::connector(error)));
        V1Rules.classify_retry(&context)
    }

    #[test]
    fn a_broken_connection_is_repeated_and_a_broken_setting_is_not() {
        assert!(verdict(ConnectorError::io("reset".into())).should_retry());
        assert!(verdict(ConnectorError::timeout("slow".into())).should_retry());
        let forbidden = RetryAction::RetryForbidden;
        assert_eq!(verdict(ConnectorError::user("no bundle".into())), forbidden);
    }
}
