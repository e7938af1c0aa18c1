//! Handles a request to the control API: authorizes it, finds its route, reads its body and calls the handler.

use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::control::authorize::authorize;
use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::{response, table};
use crate::http::body::{CollectError, Payload};
use crate::request_log::ReceivedRequest;
use crate::state::State;

/// The maximum size of a request body, in bytes.
pub(crate) const MAX_BODY_SIZE: usize = 64 << 10;

/// Returns the response to a request to the control API. The body is read only if the request is authorized and its
/// route has a body.
pub(crate) async fn respond(
    state: &State,
    request: &Parts,
    body: impl Future<Output = Result<Bytes, CollectError>>,
    entry: &mut ReceivedRequest,
) -> Response<Payload> {
    match run(state, request, body, entry).await {
        Ok(response) => response,
        Err(error) => {
            entry.error = Some(error.code);
            response::error(error)
        }
    }
}

async fn run(
    state: &State,
    request: &Parts,
    body: impl Future<Output = Result<Bytes, CollectError>>,
    entry: &mut ReceivedRequest,
) -> Result<Response<Payload>, ControlError> {
    authorize(state, request)?;
    let route = table::find(request)?;
    entry.route = Some(route.path);
    let known = route.parameter_names();
    let mut request = ControlRequest::new(state, request, entry.ingress, &known)?;
    if route.body.is_some() {
        request.read(body).await?;
    }
    (route.run)(request).await
}
