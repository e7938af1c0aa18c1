//! Converts the errors of connections to those of v1.

use std::error::Error as StdError;
use std::io;

use aws_smithy_runtime_api::client::result::ConnectorError;
use http::Uri;
use hyper_util::client::legacy;

use crate::config::endpoint::without_password;
use crate::error::{Error, with_causes};
use crate::transport::{TrustError, proxy};

/// Returns v1's error for a request without a response.
pub(crate) fn network_error(error: &ConnectorError, url: &Uri) -> Error {
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
