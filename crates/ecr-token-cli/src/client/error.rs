//! Converts the errors of a call to those of v1.

use aws_sdk_ecr::error::SdkError;
use aws_sdk_ecr::operation::get_authorization_token::GetAuthorizationTokenError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::client::recorder::Record;
use crate::config::retries::{Mode, Retries};
use crate::error::{Error, with_causes};
use crate::network_error::network_error;
use crate::retry;
use crate::service_error::{ServiceError, Unreadable};

type CallError = SdkError<GetAuthorizationTokenError, HttpResponse>;

/// Returns v1's error for a failed call.
pub(super) fn call_error(error: CallError, retries: Retries, record: &Record) -> Error {
    let url = &record.url;
    match error {
        SdkError::ServiceError(error) => service_error(error.raw(), retries, record),
        SdkError::DispatchFailure(error) => match error.as_connector_error() {
            Some(error) => network_error(error, url),
            None => Error::Closed(url.clone()),
        },
        SdkError::ResponseError(_) => Error::Closed(url.clone()),
        SdkError::TimeoutError(_) => Error::ReadTimeout(url.clone()),
        other => Error::Request(with_causes(&other)),
    }
}

fn service_error(response: &HttpResponse, retries: Retries, record: &Record) -> Error {
    match ServiceError::read(response) {
        Ok(ServiceError { code, message }) => Error::Service {
            operation: "GetAuthorizationToken",
            code,
            message,
            retries: is_exhausted(response, retries, record).then_some(retries.attempts - 1),
        },
        Err(Unreadable(text)) => Error::ServiceUnreadable(text),
    }
}

/// Returns whether v1 reports that no attempt is left.
///
/// The legacy mode reports it for errors that it would have retried. The standard mode reports it for every error of the
/// last attempt.
fn is_exhausted(response: &HttpResponse, retries: Retries, record: &Record) -> bool {
    match retries.mode {
        Mode::Legacy => retry::should_retry(response, retries.mode),
        Mode::Standard => record.attempts >= retries.attempts,
    }
}
