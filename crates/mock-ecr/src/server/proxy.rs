//! The mock as the proxy of clients that accept only AWS's names: `CONNECT`, and requests that name a whole URL.
//!
//! It answers for those hosts itself and dials none, so that nothing which comes by here leaves the machine.

use bytes::Bytes;
use http::request::Parts;
use http::uri::Scheme;
use http::{Response, StatusCode, Version, header};

use crate::aws::hosts::{Host, address, is_loopback};
use crate::http::authority::authority;
use crate::http::ingress::Ingress;
use crate::request_log::ReceivedRequest;
use crate::state::Ecr;

/// Opens a tunnel to one of the hosts that the mock is, and to no other.
pub(crate) fn answer(
    ecr: &Ecr,
    request: &Parts,
    ingress: Ingress,
    log_entry: &mut ReceivedRequest,
) -> Response<Bytes> {
    match authorize(ecr, request, ingress) {
        Ok(()) => Response::new(Bytes::new()),
        Err(error) => {
            log_entry.error = Some(error.code());
            error.into_response(authority(request))
        }
    }
}

/// Whether a request names a whole URL, as one to a proxy does (RFC 9112, section 3.2.2), that is not at one of the hosts that the mock is.
///
/// Of another name than AWS's the port must be the mock's, and the name one of this machine, where the mock listens to no other.
pub(crate) fn is_elsewhere(ecr: &Ecr, request: &Parts) -> bool {
    let (true, Some(scheme), Some(host)) = (
        request.version <= Version::HTTP_11,
        request.uri.scheme(),
        request.uri.authority(),
    ) else {
        return false;
    };
    if Host::of(authority(request)).is_aws_service() {
        return false;
    }
    let usual = if *scheme == Scheme::HTTPS { 443 } else { 80 };
    let port = host.port_u16().unwrap_or(usual);
    let name = host.host();
    !ecr.addresses().iter().any(|own| {
        let is_own =
            own.ip().is_unspecified() || is_loopback(name) || address(name) == Some(own.ip());
        is_own && own.port() == port
    })
}

/// Refuses to go there.
pub(crate) fn reject(request: &Parts, log_entry: &mut ReceivedRequest) -> Response<Bytes> {
    log_entry.error = Some(ProxyError::OtherHost.code());
    ProxyError::OtherHost.into_response(authority(request))
}

fn authorize(ecr: &Ecr, request: &Parts, ingress: Ingress) -> Result<(), ProxyError> {
    let is_ours = Host::of(authority(request)).is_aws_service();
    if !is_ours {
        return Err(ProxyError::OtherHost);
    }
    if ecr.ca_certificate.is_none() {
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

    fn into_response(self, host: &str) -> Response<Bytes> {
        let text = match self {
            ProxyError::OtherHost => {
                format!("mock-ecr: {host} is no host of ECR; nothing else is reached from here\n")
            }
            ProxyError::NoTls => {
                "mock-ecr: a tunnel carries TLS; start the mock with --tls\n".to_owned()
            }
            ProxyError::Nested => {
                "mock-ecr: a tunnel begins with CONNECT of HTTP/1, outside any other\n".to_owned()
            }
        };
        Response::builder()
            .status(StatusCode::FORBIDDEN)
            .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
            .header(header::CONTENT_LENGTH, text.len())
            .body(text.into())
            .expect("the headers are constants")
    }
}
