//! Pushes images that are described in code. Like a client, it pushes the blobs first and then the manifest.
//!
//! Source of the formats: the OCI image specification, `manifest.md`, `config.md` and `layer.md`.

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::Serialize;

use crate::config::Image;
use crate::domain::error::{InvalidManifest, RepositoryError};
use crate::domain::hasher::digest_of;
use crate::domain::manifest::MAX_MANIFEST_LENGTH;
use crate::domain::put_image::NewImage;
use crate::domain::repositories::Repositories;
use crate::types::timestamp::Timestamp;
use crate::types::{Algorithm, Digest, RepositoryId, Tag};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// The manifest. It is a struct, because the order of a map, and therefore the digest, would depend on the features of `serde_json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageManifest {
    schema_version: u8,
    media_type: &'static str,
    config: BlobDescriptor,
    layers: Vec<BlobDescriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlobDescriptor {
    media_type: &'static str,
    digest: Digest,
    size: usize,
}

/// The minimum configuration that the specification requires. It has no timestamp, so the digest of an image depends on its description
/// only.
#[derive(Serialize)]
struct ImageConfig {
    architecture: &'static str,
    os: &'static str,
    rootfs: Rootfs,
}

#[derive(Serialize)]
struct Rootfs {
    r#type: &'static str,
    /// The digests of the uncompressed layers.
    diff_ids: Vec<Digest>,
}

impl BlobDescriptor {
    fn of(media_type: &'static str, bytes: &Bytes) -> Self {
        BlobDescriptor {
            media_type,
            digest: digest_of(Algorithm::Sha256, bytes),
            size: bytes.len(),
        }
    }
}

impl Repositories {
    /// Pushes an image under each tag in turn, or under its digest if there are no tags. Returns the digest.
    pub(crate) async fn push(
        &self,
        id: &RepositoryId,
        image: &Image,
        tags: Vec<Tag>,
        now: Timestamp,
    ) -> Result<Digest, RepositoryError> {
        let config = image.own_config().cloned();
        let config = config.unwrap_or_else(|| default_config(image.layers()));
        let layer = |bytes| BlobDescriptor::of(LAYER, bytes);
        let manifest = serialize(&ImageManifest {
            schema_version: 2,
            media_type: MANIFEST,
            config: BlobDescriptor::of(CONFIG, &config),
            layers: image.layers().iter().map(layer).collect(),
        });
        // The registry would reject the manifest only after all blobs are uploaded. The manifest consists of ASCII characters.
        if manifest.len() > MAX_MANIFEST_LENGTH {
            let invalid = InvalidManifest::TooLong;
            return Err(RepositoryError::InvalidManifest(invalid));
        }
        for bytes in [&config].into_iter().chain(image.layers()) {
            self.push_blob(id, bytes.clone()).await?;
        }
        for tag in tags.iter().cloned().map(Some).chain(untagged(&tags)) {
            let new = NewImage {
                manifest: manifest.clone(),
                media_type: Some(MANIFEST.to_owned()),
                digest: None,
                tag,
            };
            self.put_image(id, new, now).await?;
        }
        Ok(digest_of(Algorithm::Sha256, &manifest))
    }

    /// Uploads a blob if the repository does not have it.
    pub(super) async fn push_blob(
        &self,
        id: &RepositoryId,
        bytes: Bytes,
    ) -> Result<(), RepositoryError> {
        let digest = digest_of(Algorithm::Sha256, &bytes);
        if self.layer_size(id, &digest).await?.is_none() {
            let content = stream::once(async { Ok(bytes) }).boxed();
            self.put_layer(id, &digest, content).await?;
        }
        Ok(())
    }
}

/// Returns `Some(None)` if there are no tags, because an untagged image is pushed once.
fn untagged(tags: &[Tag]) -> Option<Option<Tag>> {
    tags.is_empty().then_some(None)
}

fn default_config(layers: &[Bytes]) -> Bytes {
    let layers = layers.iter();
    let digests = layers.map(|layer| digest_of(Algorithm::Sha256, layer));
    serialize(&ImageConfig {
        architecture: "amd64",
        os: "linux",
        rootfs: Rootfs {
            r#type: "layers",
            diff_ids: digests.collect(),
        },
    })
}

fn serialize(json: &impl Serialize) -> Bytes {
    let text = serde_json::to_vec(json);
    text.expect("digests and constants can be serialized")
        .into()
}
