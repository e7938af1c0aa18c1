//! `/_mock/`: what the mock tells of itself and lets be done to it, from any language; and to whom.
//!
//! Each resource is a file, with the types of its JSON and its part of the table of routes. The table is what is dispatched on and what
//! the OpenAPI document is made from, in a test, so that no route is without a description. Handlers are thin: what they do are methods of the handle.

mod authorize;
mod certificate;
mod clock;
mod environment;
mod error;
mod exchange;
mod faults;
mod field_names;
mod filters;
mod har;
mod health;
mod metrics;
mod openapi;
mod request;
mod requests;
mod reset;
mod response;
mod routes;
mod stream;
mod tokens;
mod world;

use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::http::body::{CollectError, Payload, whole};
use crate::request_log::Exchange;
use crate::state::Ecr;
use error::ControlError;
use request::ControlRequest;

/// The prefix of the paths under which the mock itself is reached.
pub(crate) const CONTROL_PREFIX: &str = "/_mock/";

/// How long a body may be.
pub(crate) const LONGEST_BODY: usize = 64 << 10;

/// Answers a request about the mock itself; its body is read when it is known who sends it, and that it is wanted.
pub(crate) async fn answer(
    ecr: &Ecr,
    request: &Parts,
    body: impl Future<Output = Result<Bytes, CollectError>>,
    exchange: &mut Exchange,
) -> Response<Payload> {
    match run(ecr, request, body, exchange).await {
        Ok(response) => response,
        Err(refusal) => {
            exchange.error = Some(refusal.code);
            whole(refusal.into_response())
        }
    }
}

async fn run(
    ecr: &Ecr,
    request: &Parts,
    body: impl Future<Output = Result<Bytes, CollectError>>,
    exchange: &mut Exchange,
) -> Result<Response<Payload>, ControlError> {
    authorize::authorize(ecr, request)?;
    let route = routes::find(request)?;
    exchange.route = Some(route.path);
    let mut request = ControlRequest::new(ecr, request, route)?;
    if route.body.is_some() {
        request.read(body).await?;
    }
    (route.run)(request).await
}
