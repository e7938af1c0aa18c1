//! `ca.pem`: the certificate that clients must trust.

use futures_util::FutureExt as _;
use http::{Method, StatusCode};

use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "ca.pem",
    summary: "Returns the certificate of the mock's certificate authority, in PEM. Clients must trust it. Responds with 404 if the mock does not accept TLS.",
    query: &[],
    body: None,
    response: Content::Text(PEM),
    run: |request| async move { certificate(&request) }.boxed(),
}];

fn certificate(request: &ControlRequest<'_>) -> Outcome {
    let pem = request.state.ca_certificate.as_deref();
    let pem = pem.ok_or_else(|| {
        let text = "the mock does not accept TLS; start it with --tls";
        ControlError::new(StatusCode::NOT_FOUND, "NO_TLS", text)
    })?;
    response::text(PEM, pem.to_owned())
}

const PEM: &str = "application/x-pem-file";
