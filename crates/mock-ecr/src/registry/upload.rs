//! `blobs/uploads/`: layers on their way in, whole or in parts.

use http::response::Builder;
use http::{Method, Response, StatusCode, header};

use crate::config::Quirk;
use crate::domain::{AccountSetting, ContentStream, Uploaded};
use crate::http::body::Payload;
use crate::http::range;
use crate::iam::action::Action;
use crate::registry::admitted::{Admitted, DIGEST_HEADER, empty, layer_digest, respond};
use crate::registry::error::RegistryError;
use crate::types::{Digest, RepositoryId, UploadId};

/// `POST`: mounts a layer of another repository, takes a whole one, or begins an upload.
pub(super) async fn begin(
    admitted: &Admitted<'_>,
    id: &RepositoryId,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    admitted
        .open_for_push(id, Action::ecr("InitiateLayerUpload"))
        .await?;
    if let Some(digest) = admitted.parameter("mount")
        && let Some(response) = mount(admitted, id, &layer_digest(&digest)?).await?
    {
        return Ok(response);
    }
    let digest = admitted.parameter("digest");
    let digest = digest.as_deref().map(layer_digest).transpose()?;
    let repositories = &admitted.ecr.repositories;
    let upload = repositories.begin_upload(id, admitted.call.now).await?;
    match digest {
        Some(digest) => {
            let stored = store(admitted, id, &upload, &digest, body).await;
            if stored.is_err() {
                repositories.cancel_upload(id, &upload).await?;
            }
            stored
        }
        None => Ok(progress(StatusCode::ACCEPTED, id, &upload, 0)),
    }
}

/// Takes a layer over from another repository, if the caller may read it there; else an upload begins.
async fn mount(
    admitted: &Admitted<'_>,
    id: &RepositoryId,
    digest: &Digest,
) -> Result<Option<Response<Payload>>, RegistryError> {
    if admitted.has(Quirk::MountingBySetting) {
        let setting = AccountSetting::BlobMounting;
        let mounting = admitted.ecr.account_setting(&id.registry, setting);
        if mounting.await? != "ENABLED" {
            return Ok(None);
        }
    }
    for from in sources(admitted, id).await? {
        if take_over(admitted, &from, id, digest).await? {
            return Ok(Some(created(id, digest)));
        }
    }
    Ok(None)
}

/// The repositories that a layer may come from: the one that is named, or without a name any of the registry. Source: OCI
/// Distribution 1.1, "Mounting a blob from another repository".
async fn sources(
    admitted: &Admitted<'_>,
    id: &RepositoryId,
) -> Result<Vec<RepositoryId>, RegistryError> {
    if let Some(name) = admitted.parameter("from") {
        return Ok(admitted.repository(&name).into_iter().collect());
    }
    if admitted.has(Quirk::MountingBySetting) {
        return Ok(Vec::new());
    }
    let repositories = &admitted.ecr.repositories;
    let found = repositories.list(&id.registry, None, usize::MAX);
    Ok(found.await?.into_iter().map(|found| found.id).collect())
}

/// Tells whether the layer was there for the caller to take.
async fn take_over(
    admitted: &Admitted<'_>,
    from: &RepositoryId,
    to: &RepositoryId,
    digest: &Digest,
) -> Result<bool, RegistryError> {
    let action = Action::ecr("GetDownloadUrlForLayer");
    let access = admitted.authorize(from, action);
    if access.await.is_err() {
        return Ok(false);
    }
    let repositories = &admitted.ecr.repositories;
    if admitted.has(Quirk::MountingBySetting) && !repositories.is_referenced(from, digest).await? {
        return Ok(false);
    }
    let mounted = repositories.mount_layer(from, to, digest).await?;
    Ok(mounted.is_some())
}

pub(super) async fn answer(
    admitted: &Admitted<'_>,
    id: &RepositoryId,
    upload: &str,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    let upload = upload.parse().map_err(|_| RegistryError::UploadUnknown);
    match admitted.call.request.method {
        Method::GET | Method::HEAD => status(admitted, id, &upload?).await,
        Method::PATCH => patch(admitted, id, &upload?, body).await,
        Method::PUT => put(admitted, id, &upload?, body).await,
        Method::DELETE => cancel(admitted, id, &upload?).await,
        _ => Err(RegistryError::MethodNotAllowed),
    }
}

async fn status(
    admitted: &Admitted<'_>,
    id: &RepositoryId,
    upload: &UploadId,
) -> Result<Response<Payload>, RegistryError> {
    admitted.open(id, Action::ecr("UploadLayerPart")).await?;
    let repositories = &admitted.ecr.repositories;
    let uploaded = repositories.uploaded(id, upload, admitted.call.now).await?;
    let shown = shown(admitted, uploaded);
    Ok(progress(StatusCode::NO_CONTENT, id, upload, shown))
}

async fn patch(
    admitted: &Admitted<'_>,
    id: &RepositoryId,
    upload: &UploadId,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    admitted.open(id, Action::ecr("UploadLayerPart")).await?;
    let uploaded = take(admitted, id, upload, body).await?;
    let status = if admitted.has(Quirk::PatchCreated) {
        StatusCode::CREATED
    } else {
        StatusCode::ACCEPTED
    };
    Ok(progress(status, id, upload, shown(admitted, uploaded)))
}

async fn put(
    admitted: &Admitted<'_>,
    id: &RepositoryId,
    upload: &UploadId,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    admitted
        .open(id, Action::ecr("CompleteLayerUpload"))
        .await?;
    let digest = admitted.parameter("digest").unwrap_or_default();
    store(admitted, id, upload, &layer_digest(&digest)?, body).await
}

/// Takes the rest of a layer, which may be nothing or all of it, and lets the layer be there.
async fn store(
    admitted: &Admitted<'_>,
    id: &RepositoryId,
    upload: &UploadId,
    digest: &Digest,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    take(admitted, id, upload, body).await?;
    let repositories = &admitted.ecr.repositories;
    let now = admitted.call.now;
    repositories
        .complete_upload(id, upload, digest, now)
        .await?;
    Ok(created(id, digest))
}

async fn take(
    admitted: &Admitted<'_>,
    id: &RepositoryId,
    upload: &UploadId,
    body: ContentStream<'_>,
) -> Result<Uploaded, RegistryError> {
    let start = match admitted.header(header::CONTENT_RANGE) {
        Some(text) => Some(range::of_part(text).ok_or(RegistryError::RangeInvalid)?.0),
        None => None,
    };
    let repositories = &admitted.ecr.repositories;
    let taken = repositories.upload(id, upload, start, body, admitted.call.now);
    Ok(taken.await?)
}

async fn cancel(
    admitted: &Admitted<'_>,
    id: &RepositoryId,
    upload: &UploadId,
) -> Result<Response<Payload>, RegistryError> {
    admitted.open(id, Action::ecr("UploadLayerPart")).await?;
    let repositories = &admitted.ecr.repositories;
    repositories
        .require_upload(id, upload, admitted.call.now)
        .await?;
    repositories.cancel_upload(id, upload).await?;
    Ok(empty(respond(StatusCode::NO_CONTENT)))
}

/// How many bytes the registry says it has.
fn shown(admitted: &Admitted<'_>, uploaded: Uploaded) -> u64 {
    if admitted.has(Quirk::FrozenRange) {
        uploaded.first_part
    } else {
        uploaded.size
    }
}

/// Where the upload goes on. There is no `Docker-Upload-UUID`: distribution/distribution#2927.
fn progress(
    status: StatusCode,
    id: &RepositoryId,
    upload: &UploadId,
    size: u64,
) -> Response<Payload> {
    let location = format!("/v2/{}/blobs/uploads/{upload}", id.name);
    let response = respond(status)
        .header(header::LOCATION, location)
        .header(header::RANGE, range::of_upload(size));
    if status == StatusCode::NO_CONTENT {
        return bare(response);
    }
    empty(response)
}

/// An answer of status 204, which has no length.
fn bare(builder: Builder) -> Response<Payload> {
    let response = builder
        .body(bytes::Bytes::new())
        .expect("names and numbers are values of headers");
    crate::http::body::whole(response)
}

fn created(id: &RepositoryId, digest: &Digest) -> Response<Payload> {
    empty(
        respond(StatusCode::CREATED)
            .header(header::LOCATION, format!("/v2/{}/blobs/{digest}", id.name))
            .header(DIGEST_HEADER, digest.as_str()),
    )
}
