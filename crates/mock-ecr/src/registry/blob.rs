//! `blobs/DIGEST`: layers and image configurations.

use std::net::Ipv4Addr;

use http::{Method, Response, StatusCode, header};

use crate::config::Quirk;
use crate::http::body::{BufferedSize, Payload, streamed, whole};
use crate::http::range;
use crate::http::range::Unsatisfiable;
use crate::iam::action::Action;
use crate::registry::context::{DIGEST_HEADER, RequestContext, empty, layer_digest, respond};
use crate::registry::error::{API_VERSION, RegistryError};
use crate::registry::layer_url;
use crate::registry::layer_url::LayerUrls;
use crate::types::{Digest, RepositoryId};

/// The media type of a blob. Uploads do not state one.
const CONTENT_TYPE: &str = "application/octet-stream";

pub(super) async fn answer(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    digest: &str,
) -> Result<Response<Payload>, RegistryError> {
    match context.call.request.method {
        Method::HEAD => head(context, id, &layer_digest(digest)?).await,
        Method::GET => get(context, id, &layer_digest(digest)?).await,
        Method::DELETE => delete(context, id, digest).await,
        _ => Err(RegistryError::MethodNotAllowed),
    }
}

/// Source of the headers: argoproj-labs/argocd-image-updater#216.
async fn head(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    digest: &Digest,
) -> Result<Response<Payload>, RegistryError> {
    let size = size(
        context,
        id,
        digest,
        Action::ecr("BatchCheckLayerAvailability"),
    )
    .await?;
    let response = respond(StatusCode::OK)
        .header(header::CONTENT_TYPE, CONTENT_TYPE)
        .header(header::CONTENT_LENGTH, size)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(DIGEST_HEADER, digest.as_str())
        .body(bytes::Bytes::new())
        .expect("numbers and digests are valid header values");
    Ok(whole(response))
}

async fn get(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    digest: &Digest,
) -> Result<Response<Payload>, RegistryError> {
    let size = size(context, id, digest, Action::ecr("GetDownloadUrlForLayer")).await?;
    if context.has(Quirk::RedirectedLayers)
        && let Some(base) = redirect_base(context)
    {
        let path =
            LayerUrls::from_seed(&context.state.config.seed).sign(id, digest, context.call.now);
        let location = format!("{base}{path}");
        return Ok(empty(
            respond(StatusCode::TEMPORARY_REDIRECT).header(header::LOCATION, location),
        ));
    }
    let headers = &context.call.request.headers;
    if range::is_reversed(headers) {
        return Err(RegistryError::RangeInvalid);
    }
    let range =
        range::requested(headers, size).map_err(|Unsatisfiable| RegistryError::RangeInvalid)?;
    let content = context
        .state
        .repositories
        .open_layer(id, digest, range.clone());
    let content = content.await?;
    let bytes = streamed(content.bytes);
    let mut response = range::respond(bytes, range.as_ref(), content.size, CONTENT_TYPE);
    let buffered = BufferedSize::of_chunks(content.chunk_size);
    response.extensions_mut().insert(buffered);
    let headers = response.headers_mut();
    headers.insert(
        API_VERSION,
        header::HeaderValue::from_static("registry/2.0"),
    );
    let digest = digest.as_str().parse();
    headers.insert(DIGEST_HEADER, digest.expect("a digest is printable ASCII"));
    Ok(response)
}

/// Returns a URL of the mock with another host than that of the request.
///
/// A layer URL rejects requests with credentials, and clients resend their credentials to the same host only. If the mock has no other host
/// name that a client on this machine can reach, for example because the client uses a network address or because the mock listens on ::1
/// only, this function returns `None`, and the layer is sent in the response.
fn redirect_base(context: &RequestContext<'_>) -> Option<String> {
    let call = context.call;
    if let Some(bucket) = layer_url::bucket_url(call.host, call.ingress) {
        return Some(bucket);
    }
    let (host, port) = call.base_url().host_and_port()?;
    let scheme = call.ingress.scheme();
    let listening = context.state.listening();
    let other = match &host[..] {
        "127.0.0.1" => listening.includes_localhost().then_some("localhost"),
        host if host == "localhost" || host.ends_with(".localhost") => {
            let is_reached = listening.includes(Ipv4Addr::LOCALHOST.into());
            is_reached.then_some("127.0.0.1")
        }
        _ => None,
    }?;
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    Some(format!("{scheme}://{other}{port}"))
}

async fn delete(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    digest: &str,
) -> Result<Response<Payload>, RegistryError> {
    if context.has(Quirk::LayersStay) {
        return Err(RegistryError::MethodNotAllowed);
    }
    context.open(id, Action::ecr("BatchDeleteImage")).await?;
    let digest = layer_digest(digest)?;
    context.state.repositories.delete_layer(id, &digest).await?;
    Ok(empty(respond(StatusCode::ACCEPTED)))
}

async fn size(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    digest: &Digest,
    action: Action,
) -> Result<u64, RegistryError> {
    context.open(id, action).await?;
    let size = context.state.repositories.layer_size(id, digest).await?;
    size.ok_or(RegistryError::BlobUnknown)
}
