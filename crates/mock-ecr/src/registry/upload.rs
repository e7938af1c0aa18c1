//! `blobs/uploads/`: uploads of layers, in one request or in parts.

use http::response::Builder;
use http::{Method, Response, StatusCode, header};

use crate::aws::account_setting::AccountSetting;
use crate::config::Quirk;
use crate::domain::{ContentStream, Mountable, Uploaded};
use crate::http::body::Payload;
use crate::http::range;
use crate::iam::action::Action;
use crate::registry::context::{DIGEST_HEADER, RequestContext, empty, layer_digest, respond};
use crate::registry::error::RegistryError;
use crate::types::{Digest, RepositoryId, UploadId};

/// `POST`: mounts a layer of another repository, stores the layer in the body, or begins an upload.
pub(super) async fn begin(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    context
        .open_for_first_push(id, Action::ecr("InitiateLayerUpload"))
        .await?;
    if let Some(digest) = context.parameter("mount")
        && let Some(response) = mount(context, id, &layer_digest(&digest)?).await?
    {
        return Ok(response);
    }
    let digest = context.parameter("digest");
    let digest = digest.as_deref().map(layer_digest).transpose()?;
    let repositories = &context.state.repositories;
    if let Some(digest) = digest {
        if start(context)?.is_some_and(|start| start != 0) {
            return Err(RegistryError::RangeInvalid);
        }
        repositories.put_layer(id, &digest, body).await?;
        return Ok(created(id, &digest));
    }
    let upload = repositories.begin_upload(id, context.call.now).await?;
    Ok(progress(StatusCode::ACCEPTED, id, &upload, 0))
}

/// Mounts a layer from another repository, if the caller is allowed to read it there. Returns `None` if no repository has such a layer;
/// an upload then begins.
async fn mount(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    digest: &Digest,
) -> Result<Option<Response<Payload>>, RegistryError> {
    if context.has(Quirk::MountingBySetting) {
        let setting = AccountSetting::BlobMounting;
        let mounting = context.state.account_setting(&id.registry, setting);
        if mounting.await? != "ENABLED" {
            return Ok(None);
        }
    }
    for from in sources(context, id, digest).await? {
        if mount_from(context, &from, id, digest).await? {
            return Ok(Some(created(id, digest)));
        }
    }
    Ok(None)
}

/// Returns the repositories from which a layer can be mounted: the one in `from`, or without `from` others of the registry that have it.
///
/// Source: OCI Distribution 1.1, "Mounting a blob from another repository".
async fn sources(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    digest: &Digest,
) -> Result<Vec<RepositoryId>, RegistryError> {
    if let Some(name) = context.parameter("from") {
        return Ok(context.repository(&name).into_iter().collect());
    }
    if context.has(Quirk::MountingBySetting) {
        return Ok(Vec::new());
    }
    let repositories = &context.state.repositories;
    Ok(repositories.with_layer(&id.registry, digest).await?)
}

/// Mounts a layer from one repository. Returns whether the layer exists there, can be mounted, and the caller is allowed to read it.
async fn mount_from(
    context: &RequestContext<'_>,
    from: &RepositoryId,
    to: &RepositoryId,
    digest: &Digest,
) -> Result<bool, RegistryError> {
    let action = Action::ecr("GetDownloadUrlForLayer");
    let access = context.authorize(from, action);
    if access.await.is_err() {
        return Ok(false);
    }
    let mountable = match context.has(Quirk::MountingBySetting) {
        true => Mountable::AsInEcr,
        false => Mountable::Any,
    };
    let repositories = &context.state.repositories;
    let mounted = repositories
        .mount_layer(from, to, digest, mountable)
        .await?;
    Ok(mounted.is_some())
}

/// Responds to a request for an upload that has begun.
pub(super) async fn answer(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    upload: &str,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    let upload = upload.parse().map_err(|_| RegistryError::UploadUnknown);
    match context.call.request.method {
        Method::GET | Method::HEAD => status(context, id, &upload?).await,
        Method::PATCH => patch(context, id, &upload?, body).await,
        Method::PUT => put(context, id, &upload?, body).await,
        Method::DELETE => cancel(context, id, &upload?).await,
        _ => Err(RegistryError::MethodNotAllowed),
    }
}

async fn status(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    upload: &UploadId,
) -> Result<Response<Payload>, RegistryError> {
    context.open(id, Action::ecr("UploadLayerPart")).await?;
    let repositories = &context.state.repositories;
    let uploaded = repositories.uploaded(id, upload, context.call.now).await?;
    let size = reported_size(context, uploaded);
    Ok(progress(StatusCode::NO_CONTENT, id, upload, size))
}

async fn patch(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    upload: &UploadId,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    context.open(id, Action::ecr("UploadLayerPart")).await?;
    let (start, now) = (start(context)?, context.call.now);
    let repositories = &context.state.repositories;
    let uploaded = repositories.upload(id, upload, start, body, now).await?;
    let status = if context.has(Quirk::PatchCreated) {
        StatusCode::CREATED
    } else {
        StatusCode::ACCEPTED
    };
    let size = reported_size(context, uploaded);
    Ok(progress(status, id, upload, size))
}

/// Appends the rest of a layer, if there is any, and completes the upload.
async fn put(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    upload: &UploadId,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    context.open(id, Action::ecr("CompleteLayerUpload")).await?;
    let digest = layer_digest(&context.parameter("digest").unwrap_or_default())?;
    let (start, now) = (start(context)?, context.call.now);
    let repositories = &context.state.repositories;
    repositories
        .complete_upload_with(id, upload, start, body, &digest, now)
        .await?;
    Ok(created(id, &digest))
}

/// Returns the first byte of the part in the body, if the client states it.
fn start(context: &RequestContext<'_>) -> Result<Option<u64>, RegistryError> {
    let Some(text) = context.header(header::CONTENT_RANGE) else {
        return Ok(None);
    };
    let (start, _) = range::parse_content_range(text).ok_or(RegistryError::RangeInvalid)?;
    Ok(Some(start))
}

async fn cancel(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    upload: &UploadId,
) -> Result<Response<Payload>, RegistryError> {
    context.open(id, Action::ecr("UploadLayerPart")).await?;
    let repositories = &context.state.repositories;
    repositories
        .cancel_upload(id, upload, context.call.now)
        .await?;
    Ok(empty(respond(StatusCode::NO_CONTENT)))
}

/// Returns the number of uploaded bytes that the registry reports in `Range`.
fn reported_size(context: &RequestContext<'_>, uploaded: Uploaded) -> u64 {
    if context.has(Quirk::FrozenRange) {
        uploaded.first_part
    } else {
        uploaded.size
    }
}

/// Returns the response with the URL and the size of an upload. It has no `Docker-Upload-UUID`: distribution/distribution#2927.
fn progress(
    status: StatusCode,
    id: &RepositoryId,
    upload: &UploadId,
    size: u64,
) -> Response<Payload> {
    let location = format!("/v2/{}/blobs/uploads/{upload}", id.name);
    let response = respond(status)
        .header(header::LOCATION, location)
        .header(header::RANGE, range::received_range(size));
    if status == StatusCode::NO_CONTENT {
        return no_content(response);
    }
    empty(response)
}

/// Returns a response with status 204, which has no `Content-Length`.
fn no_content(builder: Builder) -> Response<Payload> {
    let response = builder
        .body(bytes::Bytes::new())
        .expect("names and numbers are valid header values");
    crate::http::body::whole(response)
}

fn created(id: &RepositoryId, digest: &Digest) -> Response<Payload> {
    empty(
        respond(StatusCode::CREATED)
            .header(header::LOCATION, format!("/v2/{}/blobs/{digest}", id.name))
            .header(DIGEST_HEADER, digest.as_str()),
    )
}
