//! `ca.pem`: whom clients must trust.

use futures_util::FutureExt as _;
use http::{Method, StatusCode};

use crate::control::asked::Asked;
use crate::control::refusal::Refusal;
use crate::control::reply;
use crate::control::reply::Outcome;
use crate::control::routes::{Content, Route};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "ca.pem",
    summary: "The certificate that clients must trust, where the mock speaks TLS.",
    query: &[],
    body: None,
    answer: Content::Text(PEM),
    run: |asked| async move { certificate(&asked) }.boxed(),
}];

fn certificate(asked: &Asked<'_>) -> Outcome {
    let pem = asked.ecr.ca_certificate.as_deref();
    let pem = pem.ok_or_else(|| {
        let text = "the mock speaks no TLS; start it with --tls";
        Refusal::new(StatusCode::NOT_FOUND, "NO_TLS", text)
    })?;
    reply::text(PEM, pem.to_owned())
}

const PEM: &str = "application/x-pem-file";
