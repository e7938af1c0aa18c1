//! Fetches an image of an upstream registry, with its layers and the images that it lists.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Response, header};
use http_body_util::BodyDataStream;
use hyper::body::Incoming;

use crate::domain::{
    ContentError, ContentStream, Manifest, NewImage, Repositories, RepositoryError, StagedLayer,
    UpstreamImages,
};
use crate::http::body::collect;
use crate::types::{Digest, RepositoryId, Tag};
use crate::upstream::client::Client;
use crate::upstream::error::UpstreamError;

/// Fetches an image of an upstream registry.
pub(super) struct Fetch<'a> {
    pub(super) client: Client<'a>,
    pub(super) repositories: &'a Repositories,
    /// The repository in the cache.
    pub(super) id: &'a RepositoryId,
    /// The repository in the upstream registry.
    pub(super) name: &'a str,
    images: Vec<NewImage>,
    layers: Vec<StagedLayer>,
    /// The images and layers that were fetched. Several images can have the same layer.
    fetched: BTreeSet<Digest>,
}

/// The media types that a cache stores. Source: the media types of Docker's and OCI's image specifications.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// The maximum size of a manifest in bytes. Source: the length of `ImageManifest` in the service model.
const MAX_MANIFEST: usize = 4_194_304;

/// The maximum size of a layer whose size the manifest does not state. Source: "Amazon ECR service quotas" in the user guide of Amazon ECR.
const MAX_LAYER: u64 = 52_000 << 20;

/// The largest number of indexes within each other.
const MAX_DEPTH: usize = 8;

const MAX_REDIRECTS: usize = 5;

impl<'a> Fetch<'a> {
    pub(super) fn new(
        client: Client<'a>,
        repositories: &'a Repositories,
        id: &'a RepositoryId,
        name: &'a str,
    ) -> Self {
        Fetch {
            client,
            repositories,
            id,
            name,
            images: Vec::new(),
            layers: Vec::new(),
            fetched: BTreeSet::new(),
        }
    }

    /// Fetches the image of a tag. Its layers are stored.
    pub(super) async fn image_of(mut self, tag: &Tag) -> Result<UpstreamImages, UpstreamError> {
        self.image(tag.as_str(), None, Some(tag), MAX_DEPTH).await?;
        Ok(UpstreamImages {
            images: self.images,
            layers: self.layers,
            tag: tag.clone(),
        })
    }

    /// Fetches one layer, and stores it.
    pub(super) async fn layer_of(mut self, digest: &Digest) -> Result<StagedLayer, UpstreamError> {
        self.layer(digest, MAX_LAYER).await
    }

    async fn image(
        &mut self,
        reference: &str,
        digest: Option<&Digest>,
        tag: Option<&Tag>,
        depth: usize,
    ) -> Result<(), UpstreamError> {
        let new = self.manifest(reference, digest, tag).await?;
        let manifest = Manifest::parse(&new.manifest).map_err(UpstreamError::unavailable)?;
        for child in &manifest.manifests {
            if !self.fetched.insert(child.digest.clone()) {
                continue;
            }
            let Some(depth) = depth.checked_sub(1) else {
                let reason = "the image is nested in more than 8 indexes";
                return Err(UpstreamError::unavailable(reason));
            };
            let digest = &child.digest;
            Box::pin(self.image(digest.as_str(), Some(digest), None, depth)).await?;
        }
        for (digest, size) in manifest.layer_sizes() {
            if self.fetched.insert(digest.clone()) && !self.has_layer(digest).await? {
                let layer = self.layer(digest, size.unwrap_or(MAX_LAYER)).await?;
                self.layers.push(layer);
            }
        }
        self.images.push(new);
        Ok(())
    }

    async fn manifest(
        &mut self,
        reference: &str,
        digest: Option<&Digest>,
        tag: Option<&Tag>,
    ) -> Result<NewImage, UpstreamError> {
        let path = format!("/v2/{}/manifests/{reference}", self.name);
        let response = self.client.get(&path, ACCEPT).await?;
        if response.status().is_redirection() {
            let reason = "it has redirected the request for a manifest";
            return Err(UpstreamError::unavailable(reason));
        }
        let media_type = response.headers().get(header::CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok());
        let media_type = media_type.map(str::to_owned);
        let body = response.into_body();
        let manifest: Bytes = collect(body, MAX_MANIFEST, &mut self.client.reservation)
            .await
            .map_err(UpstreamError::unavailable)?;
        Ok(NewImage {
            manifest,
            media_type,
            digest: digest.cloned(),
            tag: tag.cloned(),
        })
    }

    async fn has_layer(&self, digest: &Digest) -> Result<bool, UpstreamError> {
        let size = self.repositories.layer_size(self.id, digest).await?;
        Ok(size.is_some())
    }

    async fn layer(&mut self, digest: &Digest, limit: u64) -> Result<StagedLayer, UpstreamError> {
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
        let content = limited(response.into_body(), limit);
        let staged = self.repositories.stage_layer(digest, content).await;
        staged.map_err(|error| match error {
            RepositoryError::BrokenContent => UpstreamError::unavailable(
                "a layer is incomplete, or longer than its manifest states",
            ),
            error @ RepositoryError::LayerDigestMismatch { .. } => {
                UpstreamError::unavailable(error)
            }
            error => error.into(),
        })
    }
}

fn location(response: &Response<Incoming>) -> Result<&str, UpstreamError> {
    let location = response.headers().get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    location.ok_or_else(|| UpstreamError::unavailable("a redirect has no location"))
}

/// Returns the content of a body. More bytes than permitted are an error.
fn limited(body: Incoming, limit: u64) -> ContentStream<'static> {
    let mut left = limit;
    BodyDataStream::new(body)
        .map(move |chunk| {
            let chunk = chunk.map_err(|_| ContentError)?;
            left = left.checked_sub(chunk.len() as u64).ok_or(ContentError)?;
            Ok(chunk)
        })
        .boxed()
}
