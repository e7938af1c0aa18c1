//! The mock as an HTTP proxy, for clients that accept only AWS host names: `CONNECT`, and requests with an absolute URL.
//!
//! The mock handles the requests to these hosts itself. It opens no connection, so no request leaves the machine.

use bytes::Bytes;
use http::request::Parts;
use http::uri::Scheme;
use http::{Response, StatusCode, Version, header};

use crate::aws::hosts::{Host, address, is_loopback};
use crate::http::authority::authority;
use crate::http::ingress::Ingress;
use crate::request_log::ReceivedRequest;
use crate::state::State;

/// Responds to `CONNECT`: 200 for an AWS host that the mock serves, 403 for any other host.
pub(crate) fn answer(
    state: &State,
    request: &Parts,
    ingress: Ingress,
    log_entry: &mut ReceivedRequest,
) -> Response<Bytes> {
    match authorize(state, request, ingress) {
        Ok(()) => Response::new(Bytes::new()),
        Err(error) => respond(state, &error, request, log_entry),
    }
}

/// Returns whether a request is for a host that the mock does not serve.
///
/// Only a request with an absolute URL, as a client sends it to a proxy (RFC 9112, section 3.2.2), can be for such a host. The mock serves
/// the AWS hosts. It also serves other hosts at a port that it listens on: every name if it listens on all addresses, otherwise loopback
/// names and the address that it listens on. A request of this process is for the host in its URL, too; loopback names are served at any port.
pub(crate) fn is_other_host(state: &State, request: &Parts, ingress: Ingress) -> bool {
    let is_in_process = ingress == Ingress::InProcess;
    let (true, Some(scheme), Some(host)) = (
        is_in_process || request.version <= Version::HTTP_11,
        request.uri.scheme(),
        request.uri.authority(),
    ) else {
        return false;
    };
    if Host::of(authority(request)).is_aws_service() {
        return false;
    }
    let default_port = if *scheme == Scheme::HTTPS { 443 } else { 80 };
    let port = host.port_u16().unwrap_or(default_port);
    let name = host.host();
    if is_in_process {
        return !is_loopback(name);
    }
    !state.addresses().iter().any(|listening| {
        let ip = listening.ip();
        let is_served = ip.is_unspecified() || is_loopback(name) || address(name) == Some(ip);
        is_served && listening.port() == port
    })
}

/// Rejects a request to a host that the mock does not serve.
pub(crate) fn reject(
    state: &State,
    request: &Parts,
    log_entry: &mut ReceivedRequest,
) -> Response<Bytes> {
    respond(state, &ProxyError::OtherHost, request, log_entry)
}

/// Returns the response with an error, and records the error.
fn respond(
    state: &State,
    error: &ProxyError,
    request: &Parts,
    log_entry: &mut ReceivedRequest,
) -> Response<Bytes> {
    let text = error.text(authority(request));
    log_entry.record_error(error.code(), &text, &state.redactor);
    Response::builder()
        .status(StatusCode::FORBIDDEN)
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .header(header::CONTENT_LENGTH, text.len())
        .body(text.into())
        .expect("the headers are constants")
}

fn authorize(state: &State, request: &Parts, ingress: Ingress) -> Result<(), ProxyError> {
    if !Host::of(authority(request)).is_aws_service() {
        return Err(ProxyError::OtherHost);
    }
    if state.ca_certificate.is_none() {
        return Err(ProxyError::NoTls);
    }
    if ingress == Ingress::Connect || request.version > Version::HTTP_11 {
        return Err(ProxyError::Nested);
    }
    Ok(())
}

enum ProxyError {
    OtherHost,
    NoTls,
    Nested,
}

impl ProxyError {
    fn code(&self) -> &'static str {
        match self {
            ProxyError::OtherHost => ReceivedRequest::UNEXPECTED_HOST_ERROR,
            ProxyError::NoTls => "NO_TLS",
            ProxyError::Nested => "NESTED_TUNNEL",
        }
    }

    fn text(&self, host: &str) -> String {
        match self {
            ProxyError::OtherHost => {
                format!(
                    "mock-ecr: {host} is not a host of ECR; requests to other hosts are rejected\n"
                )
            }
            ProxyError::NoTls => {
                "mock-ecr: a tunnel needs TLS; start the mock with --tls\n".to_owned()
            }
            ProxyError::Nested => {
                "mock-ecr: a tunnel needs CONNECT in HTTP/1, outside another tunnel\n".to_owned()
            }
        }
    }
}
