//! Fetches an image of an upstream registry, with its layers and the images that it lists.

use std::collections::{BTreeMap, BTreeSet};

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
use crate::http::body::collect;
use crate::http::buffers::Reservation;
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
    images: Vec<UpstreamImage>,
    layers: Vec<StagedLayer>,
    /// The images that were fetched by their digests. Several indexes can list the same image.
    fetched: BTreeSet<Digest>,
    /// The sizes of the layers that were fetched. Several images can have the same layer.
    sizes: BTreeMap<Digest, u64>,
}

/// The media types that a cache stores. Source: the media types of Docker's and OCI's image specifications.
const MEDIA_TYPES: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// The maximum size of a manifest in bytes. Source: the length of `ImageManifest` in the service model.
const MAX_MANIFEST: usize = 4_194_304;

/// The maximum size of a layer in bytes. Source: "Amazon ECR service quotas" in the user guide of Amazon ECR.
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
        self.parts(tagged, false, MAX_DEPTH).await?;
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

    /// Fetches the images that name a subject and that the repository does not have. A registry that does not have such a list has none of them: OCI
    /// Distribution 1.1, "Listing Referrers". `[ASSUME]`: the first page of the list is enough.
    pub(super) async fn referrers_of(
        mut self,
        subject: &Digest,
    ) -> Result<(UpstreamImages, Reservation), UpstreamError> {
        let path = format!("/v2/{}/referrers/{subject}", self.name);
        let listed = match self.client.get(&path, MEDIA_TYPES[0]).await {
            Err(UpstreamError::NotFound(_)) => Vec::new(),
            response => self.listed(response?).await?,
        };
        let missing = self.repositories.missing_images(self.id, listed).await?;
        for digest in missing {
            self.image(&digest, false, MAX_DEPTH).await?;
        }
        Ok(self.finish(ImportTarget::Referrers(subject.clone())))
    }

    /// Reads an index, and returns the images that it lists.
    async fn listed(&mut self, response: Response<Incoming>) -> Result<Vec<Digest>, UpstreamError> {
        if response.status().is_redirection() {
            let reason = "it has redirected the request for the list of referrers";
            return Err(UpstreamError::unavailable(reason));
        }
        let body = response.into_body();
        let index = collect(body, MAX_MANIFEST, &mut self.client.reservation).await;
        let index = index.map_err(UpstreamError::of_body)?;
        let index = Manifest::parse(&index).map_err(UpstreamError::unavailable)?;
        let listed = index.manifests.into_iter().map(|one| one.digest);
        Ok(listed.collect())
    }

    fn finish(self, target: ImportTarget) -> (UpstreamImages, Reservation) {
        let images = UpstreamImages {
            images: self.images,
            layers: self.layers,
            target,
        };
        (images, self.client.reservation)
    }

    /// Fetches an image by its digest, with its parts, unless it was fetched before.
    async fn image(
        &mut self,
        digest: &Digest,
        is_listed: bool,
        depth: usize,
    ) -> Result<(), UpstreamError> {
        if !self.fetched.insert(digest.clone()) {
            return Ok(());
        }
        let new = self.manifest(digest.as_str(), Some(digest)).await;
        let new = new.map_err(UpstreamError::of_part)?;
        self.parts(new, is_listed, depth).await
    }

    /// Fetches the parts of an image: its layers, and the images that it lists. The manifest has the expected digest.
    async fn parts(
        &mut self,
        new: NewImage,
        is_listed: bool,
        depth: usize,
    ) -> Result<(), UpstreamError> {
        let manifest = Manifest::parse(&new.manifest).map_err(UpstreamError::unavailable)?;
        require_supported(&manifest)?;
        for child in &manifest.manifests {
            let Some(depth) = depth.checked_sub(1) else {
                let reason = "the image is nested in more than 8 indexes";
                return Err(UpstreamError::unavailable(reason));
            };
            Box::pin(self.image(&child.digest, true, depth)).await?;
        }
        for (digest, size) in manifest.layer_sizes() {
            let required = self.require_layer(digest, size).await;
            required.map_err(UpstreamError::of_part)?;
        }
        self.images.push(UpstreamImage { new, is_listed });
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
        let manifest = manifest.map_err(UpstreamError::of_body)?;
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
                return Err(UpstreamError::Unavailable(reason));
            }
            None => {
                let layer = self.layer(digest, size).await?;
                self.layers.push(layer);
                self.sizes.insert(digest.clone(), size);
            }
        }
        Ok(())
    }

    async fn layer(&mut self, digest: &Digest, size: u64) -> Result<StagedLayer, UpstreamError> {
        if size > MAX_LAYER {
            let reason = format!("the layer {digest} has {size} bytes, more than 52,000 MiB");
            return Err(UpstreamError::Unavailable(reason));
        }
        let content = self.blob(digest).await?;
        let content = exactly(size, content.into_body());
        let staged = self.repositories.stage_layer(digest, content).await;
        staged.map_err(|error| match error {
            RepositoryError::BrokenContent => UpstreamError::Unavailable(format!(
                "the layer {digest} is incomplete, or has not the {size} bytes that its manifest states"
            )),
            error @ RepositoryError::LayerDigestMismatch { .. } => {
                UpstreamError::unavailable(error)
            }
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
        false => Err(UpstreamError::Unavailable(format!(
            "the manifest is not one of OCI or of the second version of Docker's manifests: its media type is {:?}",
            stated.unwrap_or_default()
        ))),
    }
}

/// Checks the digest of a manifest before its parts are fetched.
fn require_digest(expected: &Digest, manifest: &Bytes) -> Result<(), UpstreamError> {
    let actual = digest_of(expected.algorithm(), manifest);
    match actual == *expected {
        true => Ok(()),
        false => Err(UpstreamError::Unavailable(format!(
            "the manifest {expected} has the digest {actual}"
        ))),
    }
}

fn location(response: &Response<Incoming>) -> Result<&str, UpstreamError> {
    let location = response.headers().get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    location.ok_or_else(|| UpstreamError::unavailable("a redirect has no location"))
}

/// Returns the content of a body. Less or more bytes than `size` are an error.
fn exactly(size: u64, body: Incoming) -> ContentStream<'static> {
    let chunks = Some((BodyDataStream::new(body), size));
    unfold(chunks, async |state| {
        let (mut chunks, left) = state?;
        match chunks.next().await {
            None if left == 0 => None,
            None | Some(Err(_)) => Some((Err(ContentError), None)),
            Some(Ok(chunk)) => match left.checked_sub(chunk.len() as u64) {
                Some(left) => Some((Ok(chunk), Some((chunks, left)))),
                None => Some((Err(ContentError), None)),
            },
        }
    })
    .boxed()
}
