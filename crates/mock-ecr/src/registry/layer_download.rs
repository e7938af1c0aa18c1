//! Serves layers at signed URLs.

use http::request::Parts;
use http::{Response, header};

use crate::http::body;
use crate::http::body::{BufferedSize, Payload};
use crate::http::range;
use crate::http::range::Unsatisfiable;
use crate::registry::layer_url;
use crate::registry::layer_url::LayerUrls;
use crate::registry::layer_url_error::LayerUrlError;
use crate::request_log::ReceivedRequest;
use crate::state::State;
use crate::types::timestamp::Timestamp;

/// Returns the response to a request for a layer URL.
pub(crate) async fn answer(
    state: &State,
    request: &Parts,
    now: Timestamp,
    log_entry: &mut ReceivedRequest,
) -> Response<Payload> {
    match serve(state, request, now).await {
        Ok(response) => response,
        Err(error) => {
            if let Some(reason) = error.reason() {
                log_entry.record_reason(reason, &state.redactor);
            }
            log_entry.record_error(error.code(), error.message(), &state.redactor);
            body::whole(error.into_response())
        }
    }
}

const CONTENT_TYPE: &str = "binary/octet-stream";

async fn serve(
    state: &State,
    request: &Parts,
    now: Timestamp,
) -> Result<Response<Payload>, LayerUrlError> {
    if request.headers.contains_key(header::AUTHORIZATION) {
        return Err(LayerUrlError::TwoAuthMechanisms);
    }
    LayerUrls::from_seed(&state.config.seed).verify(request, now)?;
    let (id, digest) = layer_url::layer(request.uri.path()).ok_or(LayerUrlError::NoSuchKey)?;
    let size = state.repositories.layer_size(&id, &digest).await;
    let size = size
        .map_err(LayerUrlError::from)?
        .ok_or(LayerUrlError::NoSuchKey)?;
    let range = range::requested(&request.headers, size)
        .map_err(|Unsatisfiable| LayerUrlError::InvalidRange)?;
    let content = state
        .repositories
        .open_layer(&id, &digest, range.clone())
        .await?;
    let bytes = body::streamed(content.bytes);
    let mut response = range::respond(bytes, range.as_ref(), content.size, CONTENT_TYPE);
    let buffered = BufferedSize::of_chunks(content.chunk_size);
    response.extensions_mut().insert(buffered);
    Ok(response)
}
