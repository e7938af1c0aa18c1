//! Fetches an image of an upstream registry, with its layers and the images that it lists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use http::{HeaderMap, Response, header};
use http_body_util::BodyDataStream;
use hyper::body::Incoming;

use crate::domain::hasher::digest_of;
use crate::domain::{
    ContentError, ContentStream, ImportTarget, Manifest, NewImage, Repositories, RepositoryError,
    StagedLayer, UpstreamImage, UpstreamImages,
};
use crate::http::body::{CollectError, collect};
use crate::http::buffers::Reservation;
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId, Tag};
use crate::upstream::client::Client;
use crate::upstream::error::UpstreamError;
use crate::upstream::pull::Pull;

/// Fetches an image of an upstream registry.
pub(super) struct Fetch<'a> {
    pub(super) client: Client<'a>,
    pub(super) repositories: &'a Repositories,
    now: Timestamp,
    /// The repository in the cache.
    pub(super) id: &'a RepositoryId,
    /// The repository in the upstream registry.
    pub(super) name: &'a str,
    images: Vec<UpstreamImage>,
    layers: Vec<(Digest, StagedLayer)>,
    /// The images that were fetched by their digests. Several indexes can list the same image.
    fetched: BTreeSet<Digest>,
    /// The sizes of the layers that were fetched. Several images can have the same layer.
    sizes: BTreeMap<Digest, u64>,
}

/// Why an image is fetched.
#[derive(Clone, Copy)]
pub(super) enum Role<'a> {
    Tagged,
    /// An index lists it.
    Listed,
    /// It must name this subject.
    Referrer(&'a Digest),
}

/// The number of images and layers that were fetched, and their memory in bytes.
pub(super) struct Progress {
    images: usize,
    layers: usize,
    reserved: usize,
}

/// The media types that a cache stores. Source: the media types of Docker's and OCI's image specifications.
pub(super) const MEDIA_TYPES: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// The maximum size of a manifest in bytes. Source: the length of `ImageManifest` in the service model.
pub(super) const MAX_MANIFEST: usize = 4_194_304;

/// The maximum size of a layer in bytes. Source: "Amazon ECR service quotas" in the user guide of Amazon ECR.
const MAX_LAYER: u64 = 52_000 << 20;

/// The largest number of indexes within each other.
pub(super) const MAX_DEPTH: usize = 8;

const MAX_REDIRECTS: usize = 5;

impl<'a> Fetch<'a> {
    pub(super) fn new(
        client: Client<'a>,
        pull: &'a Pull<'_>,
        id: &'a RepositoryId,
        name: &'a str,
    ) -> Self {
        Fetch {
            client,
            repositories: pull.repositories,
            now: pull.now,
            id,
            name,
            images: Vec::new(),
            layers: Vec::new(),
            fetched: BTreeSet::new(),
            sizes: BTreeMap::new(),
        }
    }

    /// Fetches the image of a tag. Its layers are stored. The reservation is for the manifests.
    pub(super) async fn image_of(
        mut self,
        tag: &Tag,
    ) -> Result<(UpstreamImages, Reservation), UpstreamError> {
        let new = self.manifest(tag.as_str(), None).await?;
        let tagged = NewImage {
            tag: Some(tag.clone()),
            ..new
        };
        self.parts(tagged, Role::Tagged, MAX_DEPTH).await?;
        Ok(self.finish(ImportTarget::Tag(tag.clone())))
    }

    /// Fetches one layer of a size, and stores it.
    pub(super) async fn layer_of(
        mut self,
        digest: &Digest,
        size: u64,
    ) -> Result<StagedLayer, UpstreamError> {
        let layer = self.layer(digest, size).await;
        layer.map_err(UpstreamError::of_part)
    }

    pub(super) fn finish(self, target: ImportTarget) -> (UpstreamImages, Reservation) {
        let images = UpstreamImages {
            images: self.images,
            layers: self.layers.into_iter().map(|(_, layer)| layer).collect(),
            target,
        };
        (images, self.client.reservation)
    }

    pub(super) fn progress(&self) -> Progress {
        Progress {
            images: self.images.len(),
            layers: self.layers.len(),
            reserved: self.client.reservation.size(),
        }
    }

    /// Removes what was fetched since then, for an image that is invalid.
    pub(super) fn undo(&mut self, before: &Progress) {
        let images = self.images.drain(before.images..);
        for digest in images.filter_map(|image| image.digest) {
            self.fetched.remove(&digest);
        }
        for (digest, _) in self.layers.drain(before.layers..) {
            self.sizes.remove(&digest);
        }
        self.client.reservation.shrink_to(before.reserved);
    }

    /// Fetches an image by its digest, with its parts, unless it was fetched before.
    pub(super) async fn image(
        &mut self,
        digest: &Digest,
        role: Role<'_>,
        depth: usize,
    ) -> Result<(), UpstreamError> {
        if !self.fetched.insert(digest.clone()) {
            return Ok(());
        }
        let new = self.manifest(digest.as_str(), Some(digest)).await;
        let fetched = match new.map_err(UpstreamError::of_part) {
            Ok(new) => self.parts(new, role, depth).await,
            Err(error) => Err(error),
        };
        if fetched.is_err() {
            self.fetched.remove(digest);
        }
        fetched
    }

    /// Fetches the parts of an image: its layers, and the images that it lists. The manifest has the expected digest.
    async fn parts(
        &mut self,
        new: NewImage,
        role: Role<'_>,
        depth: usize,
    ) -> Result<(), UpstreamError> {
        let manifest = Manifest::parse(&new.manifest).map_err(UpstreamError::invalid)?;
        require_supported(&manifest)?;
        let is_listed = matches!(role, Role::Listed);
        let (repositories, now) = (self.repositories, self.now);
        let image = repositories.checked_upstream(self.id, new, is_listed, now);
        let image = image.map_err(UpstreamError::of_image)?;
        if let Role::Referrer(subject) = role {
            require_subject(&manifest, subject)?;
        }
        for child in &manifest.manifests {
            let Some(depth) = depth.checked_sub(1) else {
                let reason = "the image is nested in more than 8 indexes";
                return Err(UpstreamError::invalid(reason));
            };
            Box::pin(self.image(&child.digest, Role::Listed, depth)).await?;
        }
        for (digest, size) in manifest.layer_sizes() {
            let required = self.require_layer(digest, size).await;
            required.map_err(UpstreamError::of_part)?;
        }
        self.images.push(image);
        Ok(())
    }

    async fn manifest(
        &mut self,
        reference: &str,
        digest: Option<&Digest>,
    ) -> Result<NewImage, UpstreamError> {
        let path = format!("/v2/{}/manifests/{reference}", self.name);
        let response = self.client.get(&path, &MEDIA_TYPES.join(", ")).await?;
        if response.status().is_redirection() {
            let reason = "it has redirected the request for a manifest";
            return Err(UpstreamError::unavailable(reason));
        }
        let media_type = media_type(response.headers());
        let body = response.into_body();
        let manifest = collect(body, MAX_MANIFEST, &mut self.client.reservation).await;
        let manifest = manifest.map_err(|error| match error {
            CollectError::TooLarge => UpstreamError::invalid("the manifest has more than 4 MiB"),
            error => UpstreamError::of_body(error),
        })?;
        if let Some(digest) = digest {
            require_digest(digest, &manifest)?;
        }
        Ok(NewImage {
            manifest,
            media_type,
            digest: digest.cloned(),
            tag: None,
        })
    }

    /// Fetches a layer unless it was fetched before or the repository has it.
    async fn require_layer(&mut self, digest: &Digest, size: u64) -> Result<(), UpstreamError> {
        let stored = match self.sizes.get(digest) {
            Some(size) => Some(*size),
            None => self.repositories.layer_size(self.id, digest).await?,
        };
        match stored {
            Some(stored) if stored == size => {}
            Some(stored) => {
                let reason = format!("the layer {digest} has {stored} bytes, not {size}");
                return Err(UpstreamError::Invalid(reason));
            }
            None => {
                let layer = self.layer(digest, size).await?;
                self.layers.push((digest.clone(), layer));
                self.sizes.insert(digest.clone(), size);
            }
        }
        Ok(())
    }

    async fn layer(&mut self, digest: &Digest, size: u64) -> Result<StagedLayer, UpstreamError> {
        if size > MAX_LAYER {
            let reason = format!("the layer {digest} has {size} bytes, more than 52,000 MiB");
            return Err(UpstreamError::Invalid(reason));
        }
        let content = self.blob(digest).await?;
        let has_other_size = Arc::new(AtomicBool::new(false));
        let content = exactly(size, content.into_body(), Arc::clone(&has_other_size));
        let staged = self.repositories.stage_layer(digest, content).await;
        staged.map_err(|error| match error {
            RepositoryError::BrokenContent if has_other_size.load(Ordering::SeqCst) => {
                UpstreamError::Invalid(format!(
                    "the layer {digest} has not the {size} bytes that its manifest states"
                ))
            }
            RepositoryError::BrokenContent => {
                UpstreamError::Unavailable(format!("the layer {digest} is incomplete"))
            }
            error @ RepositoryError::LayerDigestMismatch { .. } => UpstreamError::invalid(error),
            error => error.into(),
        })
    }

    /// Requests a layer, and follows redirects.
    async fn blob(&mut self, digest: &Digest) -> Result<Response<Incoming>, UpstreamError> {
        let path = format!("/v2/{}/blobs/{digest}", self.name);
        let mut response = self.client.get(&path, "*/*").await?;
        let mut place = self.client.registry();
        for _ in 0..MAX_REDIRECTS {
            if !response.status().is_redirection() {
                break;
            }
            (response, place) = self.client.follow(place, location(&response)?).await?;
        }
        if response.status().is_redirection() {
            let reason = "it has redirected the request for a layer more than five times";
            return Err(UpstreamError::unavailable(reason));
        }
        Ok(response)
    }
}

/// Returns the media type that a response states, if a cache stores it. Other types, such as `text/html`, are not those of a manifest: the type is
/// then that of the manifest.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    // A parameter such as a character set is not a part of the type.
    let stated = value.split(';').next().unwrap_or_default().trim();
    MEDIA_TYPES.contains(&stated).then(|| stated.to_owned())
}

/// Checks that a cache stores the manifest. The first version of Docker's manifests states neither the types nor the sizes of the layers.
fn require_supported(manifest: &Manifest) -> Result<(), UpstreamError> {
    let stated = manifest.media_type.as_deref();
    let is_supported = stated.is_none_or(|stated| MEDIA_TYPES.contains(&stated));
    match is_supported && manifest.fs_layers.is_empty() {
        true => Ok(()),
        false => Err(UpstreamError::Invalid(format!(
            "the manifest is not one of OCI or of the second version of Docker's manifests: its media type is {:?}",
            stated.unwrap_or_default()
        ))),
    }
}

fn require_subject(manifest: &Manifest, expected: &Digest) -> Result<(), UpstreamError> {
    let subject = manifest.subject.as_ref().map(|subject| &subject.digest);
    match subject == Some(expected) {
        true => Ok(()),
        false => Err(UpstreamError::Invalid(format!(
            "the subject of the manifest is not {expected}"
        ))),
    }
}

/// Checks the digest of a manifest before its parts are fetched.
fn require_digest(expected: &Digest, manifest: &Bytes) -> Result<(), UpstreamError> {
    let actual = digest_of(expected.algorithm(), manifest);
    match actual == *expected {
        true => Ok(()),
        false => Err(UpstreamError::Invalid(format!(
            "the manifest {expected} has the digest {actual}"
        ))),
    }
}

fn location(response: &Response<Incoming>) -> Result<&str, UpstreamError> {
    let location = response.headers().get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    location.ok_or_else(|| UpstreamError::unavailable("a redirect has no location"))
}

/// Returns the content of a body. Less or more bytes than `size` are an error, and set `has_other_size`.
fn exactly(size: u64, body: Incoming, has_other_size: Arc<AtomicBool>) -> ContentStream<'static> {
    let chunks = Some((BodyDataStream::new(body), size));
    unfold(chunks, move |state| {
        let has_other_size = Arc::clone(&has_other_size);
        async move {
            let (mut chunks, left) = state?;
            match chunks.next().await {
                None if left == 0 => None,
                Some(Err(_)) => Some((Err(ContentError), None)),
                Some(Ok(chunk)) if chunk.len() as u64 <= left => {
                    let left = left - chunk.len() as u64;
                    Some((Ok(chunk), Some((chunks, left))))
                }
                None | Some(Ok(_)) => {
                    has_other_size.store(true, Ordering::SeqCst);
                    Some((Err(ContentError), None))
                }
            }
        }
    })
    .boxed()
}
