//! `manifests/REFERENCE`: the manifests of images, by tag or by digest.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{Method, Response, StatusCode, header};

use crate::config::Quirk;
use crate::domain::{
    ContentError, ContentStream, Image, InvalidManifest, ListedImages, MAX_MANIFEST_BYTES,
    NewImage, RepositoryError, SigningPermission,
};
use crate::http::body::{Payload, whole};
use crate::iam::action::Action;
use crate::registry::context::{DIGEST_HEADER, RequestContext, empty, respond};
use crate::registry::error::RegistryError;
use crate::registry::oci_code::OciCode;
use crate::registry::pull_through;
use crate::types::{Reference, RepositoryId, Tag};

pub(super) async fn answer(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    reference: &str,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    let reference = reference.parse().map_err(|_| invalid(context, reference));
    match context.call.request.method {
        Method::HEAD => head(context, id, &reference?).await,
        Method::GET => get(context, id, &reference?).await,
        Method::PUT => {
            let reference = reference?;
            require_permitted(context, &reference)?;
            put(context, id, reference, body).await
        }
        Method::DELETE => delete(context, id, &reference?).await,
        _ => Err(RegistryError::MethodNotAllowed),
    }
}

/// Returns the error of an invalid reference. Source of the text: google/go-containerregistry#704. Source of the status 400 for `HEAD`:
/// bazel-contrib/rules_oci#720.
fn invalid(context: &RequestContext<'_>, reference: &str) -> RegistryError {
    let method = &context.call.request.method;
    let is_tag_lookup = *method != Method::PUT && !reference.contains(':');
    if is_tag_lookup && !context.has(Quirk::ValidationUnsupported) {
        // No image has an invalid tag, so the status is 404: OCI Distribution 1.1, "Pulling manifests".
        return RegistryError::ManifestUnknown;
    }
    let code = if reference.contains(':') {
        OciCode::DigestInvalid
    } else {
        OciCode::ManifestInvalid
    };
    if *method == Method::HEAD {
        return RegistryError::Invalid(code);
    }
    let (parameter, constraint) = if reference.contains(':') {
        ("imageDigest", "Invalid image digest")
    } else if reference.len() > Tag::MAX_LENGTH {
        // [ASSUME]: the message is that of the API.
        let constraint = "must have length less than or equal to 300";
        ("imageTag", constraint)
    } else {
        (
            "imageTag",
            "must satisfy regular expression '[a-zA-Z0-9-_.]+'",
        )
    };
    RegistryError::InvalidParameter {
        parameter,
        constraint,
        code,
    }
}

/// Returns an error if a tag is longer than OCI Distribution 1.1 permits, in the dialect `oci`. ECR has one limit for the API and the registry.
/// `[ASSUME]` The other requests accept such a tag, because the API can have stored it.
fn require_permitted(
    context: &RequestContext<'_>,
    reference: &Reference,
) -> Result<(), RegistryError> {
    match reference {
        Reference::Tag(tag) if !tag.is_oci() && !context.has(Quirk::ValidationUnsupported) => {
            Err(invalid(context, tag.as_str()))
        }
        _ => Ok(()),
    }
}

/// Returns an image that can be pulled. An image of an upstream registry is imported before. An archived image is not found. Source of the status: the user guide of Amazon ECR, `archive-image.html`. The
/// code is `[ASSUME]`.
async fn find(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    reference: &Reference,
) -> Result<Image, RegistryError> {
    let action = Action::ecr("BatchGetImage");
    context.authorize(id, action).await?;
    if let Reference::Tag(tag) = reference {
        pull_through::prepare(context, id, tag).await?;
    }
    let repositories = &context.state.repositories;
    repositories.find(id).await?;
    let image = repositories.image(id, reference).await?;
    match image.metadata.status.is_active() {
        true => Ok(image),
        false => Err(RegistryError::ManifestUnknown),
    }
}

/// Source of the digest and of the empty `Sizes`: aws/containers-roadmap#1931.
async fn head(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    reference: &Reference,
) -> Result<Response<Payload>, RegistryError> {
    let image = find(context, id, reference).await?;
    let mut response = respond(StatusCode::OK)
        .header(header::CONTENT_TYPE, &image.metadata.media_type)
        .header(header::CONTENT_LENGTH, image.manifest.len())
        .header(DIGEST_HEADER, image.digest.as_str());
    if context.has(Quirk::EmptySizes) {
        response = response.header("sizes", "");
    }
    response
        .body(Bytes::new())
        .map(whole)
        .map_err(|_| RegistryError::Internal)
}

/// Returns the manifest, and records the pull after the memory of the response was reserved. The `Accept` header of the request is ignored;
/// `BatchGetImage` states why.
async fn get(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    reference: &Reference,
) -> Result<Response<Payload>, RegistryError> {
    let image = find(context, id, reference).await?;
    let mut reservation = context.call.reservation.another();
    reservation.grow(image.manifest.len())?;
    let repositories = &context.state.repositories;
    let pulled = [&image].into_iter();
    repositories
        .record_pull(id, pulled, context.caller.arn(), context.call.now)
        .await?;
    let mut response = respond(StatusCode::OK)
        .header(header::CONTENT_TYPE, &image.metadata.media_type)
        .header(header::CONTENT_LENGTH, image.manifest.len());
    if !context.has(Quirk::NoDigestOnManifestGet) {
        response = response.header(DIGEST_HEADER, image.digest.as_str());
    }
    response
        .body(image.manifest)
        .map(whole)
        .map_err(|_| RegistryError::Internal)
}

async fn put(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    reference: Reference,
    body: ContentStream<'_>,
) -> Result<Response<Payload>, RegistryError> {
    context.open_for_push(id, Action::ecr("PutImage")).await?;
    let media_type = context.header(header::CONTENT_TYPE).map(str::to_owned);
    let (tag, digest) = match reference.clone() {
        Reference::Tag(tag) => (Some(tag), None),
        Reference::Digest(digest) => (None, Some(digest)),
    };
    let new = NewImage {
        manifest: collect(body).await?,
        media_type,
        digest,
        tag,
    };
    let permission = SigningPermission::of(&context.caller);
    let repositories = &context.state.repositories;
    let repositories = repositories.with_signing_permission(permission);
    let pushed = repositories.put_image(id, new, context.call.now).await;
    let image = pushed?.image;
    let mut response = respond(StatusCode::CREATED).header(DIGEST_HEADER, image.digest.as_str());
    if !context.has(Quirk::NoManifestLocation) {
        let location = format!("/v2/{}/manifests/{}", id.name, image.digest);
        response = response.header(header::LOCATION, location);
    }
    if let Some(subject) = &image.metadata.subject {
        response = response.header("oci-subject", subject.as_str());
    }
    Ok(empty(response))
}

/// Reads a manifest of at most [`MAX_MANIFEST_BYTES`] bytes.
async fn collect(mut body: ContentStream<'_>) -> Result<Bytes, RegistryError> {
    let mut manifest = BytesMut::new();
    while let Some(bytes) = body.next().await {
        manifest.extend_from_slice(&bytes.map_err(|ContentError| RegistryError::UploadInvalid)?);
        if manifest.len() > MAX_MANIFEST_BYTES {
            return Err(RepositoryError::InvalidManifest(InvalidManifest::TooLong).into());
        }
    }
    Ok(manifest.freeze())
}

/// Deletes an image, or only the tag if the reference is a tag; see [`Quirk::LastTagDeletesImage`].
async fn delete(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    reference: &Reference,
) -> Result<Response<Payload>, RegistryError> {
    context.open(id, Action::ecr("BatchDeleteImage")).await?;
    let listed = match context.has(Quirk::ListedImagesStay) {
        true => ListedImages::Rejected,
        false => ListedImages::Removed,
    };
    let repositories = &context.state.repositories;
    let now = context.call.now;
    match reference {
        Reference::Tag(tag) if context.has(Quirk::LastTagDeletesImage) => {
            repositories.delete_last_tag(id, tag, listed, now).await?;
        }
        Reference::Tag(tag) => drop(repositories.delete_tag(id, tag, now).await?),
        Reference::Digest(digest) => {
            repositories.delete_image(id, digest, listed, now).await?;
        }
    }
    Ok(empty(respond(StatusCode::ACCEPTED)))
}
