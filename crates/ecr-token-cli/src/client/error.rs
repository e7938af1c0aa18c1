//! Converts the errors of a call to those of v1.

use std::error::Error as StdError;
use std::io;

use aws_sdk_ecr::error::{ConnectorError, SdkError};
use aws_sdk_ecr::operation::get_authorization_token::GetAuthorizationTokenError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use http::Uri;
use hyper_util::client::legacy;

use crate::client::recorder::Record;
use crate::config::endpoint::without_password;
use crate::config::retries::{Mode, Retries};
use crate::error::{Error, with_causes};
use crate::retry;
use crate::service_error::{ServiceError, Unreadable};
use crate::transport::{TrustError, proxy};

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

fn network_error(error: &ConnectorError, url: &Uri) -> Error {
    let url = url.clone();
    if let Some(error) = cause::<TrustError>(error) {
        let reason = error.to_string();
        return Error::Tls { url, reason };
    }
    if error.is_user() {
        let reason = error.source().map(with_causes);
        return Error::Request(reason.unwrap_or_else(|| error.to_string()));
    }
    let is_connecting = cause::<legacy::Error>(error).is_some_and(legacy::Error::is_connect);
    if !is_connecting {
        return match error.is_timeout() {
            true => Error::ReadTimeout(url),
            false => Error::Closed(url),
        };
    }
    if let Some(error) = cause::<rustls::Error>(error) {
        let reason = error.to_string();
        return Error::Tls { url, reason };
    }
    if let Some(proxy) = proxy::url(&url) {
        return Error::Proxy(without_password(&proxy));
    }
    if error.is_timeout() {
        return Error::ConnectTimeout(url);
    }
    match is_closed_by_peer(error) {
        true => Error::Tls {
            url,
            reason: "the connection was closed during the TLS handshake".to_owned(),
        },
        false => Error::Connect(url),
    }
}

/// Returns whether the peer accepted the connection and closed it during the TLS handshake. A port without a listener
/// causes another error.
fn is_closed_by_peer(error: &ConnectorError) -> bool {
    let mut io_errors = causes(error).filter_map(|error| error.downcast_ref::<io::Error>());
    io_errors.any(|error| {
        let kind = error.kind();
        matches!(
            kind,
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
        )
    })
}

/// Returns the first cause of type `E`.
fn cause<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    causes(error).find_map(|error| error.downcast_ref())
}

/// Returns an error and its causes. The inner error of an `io::Error` is included, although its `source` skips it.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error.downcast_ref::<io::Error>() {
            Some(error) => error
                .get_ref()
                .map(|inner| inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}
