//! Handles a request to the control API: authorizes it, finds its route, reads its body and calls the handler.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Response, header};

use crate::control::authorize::authorize;
use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::{response, table};
use crate::http::body::{CollectError, Payload};
use crate::http::buffers::BuffersFull;
use crate::http::client::Client;
use crate::request_log::ReceivedRequest;
use crate::state::State;

/// The maximum size of a request body, in bytes.
pub(crate) const MAX_BODY_SIZE: usize = 64 << 10;

/// Returns the response to a request to the control API. The body is read only if the request is authorized and its
/// route has a body.
pub(crate) async fn respond(
    state: &State,
    request: &Parts,
    client: &Client,
    body: impl Future<Output = Result<Bytes, CollectError>>,
    entry: &mut ReceivedRequest,
) -> Response<Payload> {
    match run(state, request, client, body, entry).await {
        Ok(response) => without_sniffing(response),
        Err(error) => reject(state, error, entry),
    }
}

/// Returns the response to a request for which there is not enough memory.
pub(crate) fn buffers_full(
    state: &State,
    full: BuffersFull,
    entry: &mut ReceivedRequest,
) -> Response<Payload> {
    reject(state, ControlError::buffers_full(full), entry)
}

fn reject(state: &State, error: ControlError, entry: &mut ReceivedRequest) -> Response<Payload> {
    entry.record_error(error.code, &error.text, &state.redactor);
    without_sniffing(response::error(error))
}

/// Adds the header that forbids a browser to interpret the text of a request in the response as HTML.
fn without_sniffing(mut response: Response<Payload>) -> Response<Payload> {
    let nosniff = HeaderValue::from_static("nosniff");
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

async fn run(
    state: &State,
    request: &Parts,
    client: &Client,
    body: impl Future<Output = Result<Bytes, CollectError>>,
    entry: &mut ReceivedRequest,
) -> Result<Response<Payload>, ControlError> {
    authorize(state, request, client.ingress)?;
    let route = table::find(request)?;
    entry.route = Some(route.path);
    let known = route.parameter_names();
    let mut request = ControlRequest::new(state, request, client, &known)?;
    match route.body {
        Some(_) => request.read(body).await?,
        // A connection stores the bytes of a body until the body is read or dropped.
        None => drop(body),
    }
    (route.run)(request).await
}
