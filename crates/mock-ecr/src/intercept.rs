//! `CONNECT`: the mock as the proxy of clients that accept only AWS's names.
//!
//! It answers for those hosts itself and dials none, so that nothing which comes by here leaves the machine.

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode, Version, header};

use crate::ecr::Ecr;
use crate::host::Host;
use crate::journal::Exchange;
use crate::route::authority;
use crate::way::Way;

/// Opens a tunnel to one of the hosts that the mock is, and to no other.
pub(crate) fn answer(
    ecr: &Ecr,
    request: &Parts,
    way: Way,
    exchange: &mut Exchange,
) -> Response<Bytes> {
    match judge(ecr, request, way) {
        Ok(()) => Response::new(Bytes::new()),
        Err(refusal) => {
            exchange.error = Some(refusal.code());
            refusal.into_response(authority(request))
        }
    }
}

fn judge(ecr: &Ecr, request: &Parts, way: Way) -> Result<(), Refusal> {
    let is_ours = Host::of(authority(request)).is_ecr_s();
    if !is_ours {
        return Err(Refusal::OtherHost);
    }
    if ecr.tls.is_none() {
        return Err(Refusal::NoTls);
    }
    if way == Way::Tunnel || request.version > Version::HTTP_11 {
        return Err(Refusal::Nested);
    }
    Ok(())
}

enum Refusal {
    OtherHost,
    NoTls,
    Nested,
}

impl Refusal {
    fn code(&self) -> &'static str {
        match self {
            Refusal::OtherHost => Exchange::OTHER_HOST,
            Refusal::NoTls => "NO_TLS",
            Refusal::Nested => "NESTED_TUNNEL",
        }
    }

    fn into_response(self, host: &str) -> Response<Bytes> {
        let text = match self {
            Refusal::OtherHost => {
                format!("mock-ecr: {host} is no host of ECR; nothing else is reached from here\n")
            }
            Refusal::NoTls => {
                "mock-ecr: a tunnel carries TLS; start the mock with --tls\n".to_owned()
            }
            Refusal::Nested => {
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
