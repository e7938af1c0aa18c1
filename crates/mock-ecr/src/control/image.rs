//! `image`: returns one image with its manifest, what it refers to and what refers to it.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::scanning::ScanStatus;
use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, fields, schema};
use crate::domain;
use crate::domain::scanning::Scan;
use crate::domain::{Image, RepositoryError, TaggedImage};
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, Digest, RepositoryName, Tag};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "image",
    summary: "Returns one image: its manifest, the images, configuration and layers that the manifest lists, the images that name it as their subject, and its scan.",
    query: &[fields::<ImageParams>()],
    body: None,
    response: Content::Json(schema::<ImageDetails>()),
    run: |request| find(request).boxed(),
}];

/// The query parameters that select an image.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ImageParams {
    /// The account of the repository. The default is the default account of the mock.
    #[serde(default)]
    account: Option<AccountId>,
    /// The Region of the repository, as `repositories` returns it. The default is the Region of the configuration.
    #[serde(default)]
    region: Option<String>,
    /// The name of the repository. Required.
    #[cfg_attr(test, schemars(with = "String"))]
    repository: RepositoryName,
    /// The digest of the image. Required.
    #[cfg_attr(test, schemars(with = "String"))]
    digest: Digest,
}

/// An image, an index or an artifact, with its contents.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ImageDetails {
    /// The digest of the manifest.
    digest: String,
    /// The tags, sorted by their bytes.
    tags: Vec<String>,
    /// The media type of the manifest.
    media_type: String,
    /// The artifact type, if the manifest or its configuration has one.
    artifact_type: Option<String>,
    /// The sum of the sizes of the configuration and the layers, in bytes.
    size: u64,
    /// When the image was pushed, on the mock's clock.
    pushed: Timestamp,
    /// When a pull was last recorded, on the mock's clock.
    last_pull: Option<Timestamp>,
    /// `ACTIVE`, `ARCHIVED` or `ACTIVATING`.
    status: &'static str,
    /// The digest of the image that this image refers to.
    subject: Option<String>,
    /// The text of the manifest.
    manifest: String,
    /// The images of an index.
    children: Vec<ChildView>,
    /// The configuration.
    config: Option<PartView>,
    /// The layers, or the blobs of an artifact.
    layers: Vec<PartView>,
    /// The images that name this image as their subject, at most 100.
    referrers: Vec<ReferrerView>,
    /// The scan, if there is one.
    scan: Option<ImageScanView>,
}

/// An image that an index lists.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "ChildImage"))]
struct ChildView {
    #[serde(flatten)]
    part: PartView,
    /// The platform, such as `linux/arm64`.
    platform: Option<String>,
}

/// A part that a manifest lists.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "ImagePart"))]
struct PartView {
    /// The digest.
    digest: String,
    /// The media type, or an empty text.
    media_type: String,
    /// The size in bytes, as the manifest states it. It is 0 for a manifest of schema 1, which states no sizes.
    size: u64,
}

/// An image that names another as its subject.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Referrer"))]
struct ReferrerView {
    /// The digest of the manifest.
    digest: String,
    /// The artifact type.
    artifact_type: Option<String>,
    /// The sum of the sizes of the configuration and the layers, in bytes.
    size: u64,
    /// The tags, sorted by their bytes.
    tags: Vec<String>,
}

/// The scan of an image.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "ImageScan"))]
struct ImageScanView {
    /// The status, or null while the scan runs.
    status: Option<ScanStatus>,
    /// The description of the status.
    description: Option<String>,
    /// The number of findings of each severity.
    counts: BTreeMap<&'static str, usize>,
}

/// The parts of a manifest that are returned. The manifest was checked when it was pushed.
#[derive(Default, Deserialize)]
struct Parts {
    manifests: Option<Vec<Part>>,
    config: Option<Part>,
    layers: Option<Vec<Part>>,
    blobs: Option<Vec<Part>>,
    /// The layers of a manifest of schema 1, which begins with the last one.
    #[serde(rename = "fsLayers")]
    fs_layers: Option<Vec<FsLayer>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FsLayer {
    blob_sum: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    #[serde(default)]
    media_type: Option<String>,
    digest: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    platform: Option<Value>,
}

async fn find(request: ControlRequest<'_>) -> Outcome {
    let params: ImageParams = request.query()?;
    let place = params.region.as_deref();
    let id = request.repository_id(params.account, place, params.repository)?;
    let stored = request.repositories().await?;
    let now = request.state.clock.now();
    let found = stored.image_details(&id, &params.digest, MAX_REFERRERS, now);
    response::json(&view(found.await.map_err(rejected)?))
}

const MAX_REFERRERS: usize = 100;

fn view(details: domain::ImageDetails) -> ImageDetails {
    let Image {
        digest,
        metadata,
        manifest,
    } = details.image;
    let parts: Parts = serde_json::from_slice(&manifest).unwrap_or_default();
    ImageDetails {
        digest: digest.to_string(),
        tags: texts(&details.tags),
        size: metadata.size,
        pushed: metadata.pushed(),
        last_pull: metadata.pulled(),
        status: metadata.status.name(),
        subject: metadata.subject.as_ref().map(ToString::to_string),
        media_type: metadata.media_type,
        artifact_type: metadata.artifact_type,
        manifest: String::from_utf8_lossy(&manifest).into_owned(),
        children: parts
            .manifests
            .into_iter()
            .flatten()
            .map(ChildView::of)
            .collect(),
        layers: layers(parts.layers, parts.blobs, parts.fs_layers),
        config: parts.config.map(PartView::of),
        referrers: details
            .referrers
            .into_iter()
            .map(ReferrerView::of)
            .collect(),
        scan: details.scan.map(ImageScanView::of),
    }
}

/// Returns the layers, those of schema 1 in the order of other manifests: the base layer is the first.
fn layers(
    layers: Option<Vec<Part>>,
    blobs: Option<Vec<Part>>,
    fs_layers: Option<Vec<FsLayer>>,
) -> Vec<PartView> {
    let layers = layers.into_iter().chain(blobs).flatten().map(PartView::of);
    let fs_layers = fs_layers.into_iter().flatten().rev();
    let fs_layers = fs_layers.map(|layer| PartView {
        digest: layer.blob_sum,
        media_type: String::new(),
        size: 0,
    });
    layers.chain(fs_layers).collect()
}

fn texts(tags: &[Tag]) -> Vec<String> {
    tags.iter().map(ToString::to_string).collect()
}

impl ReferrerView {
    fn of(image: TaggedImage) -> Self {
        ReferrerView {
            digest: image.digest.to_string(),
            tags: texts(&image.tags),
            size: image.metadata.size,
            artifact_type: image.metadata.artifact_type,
        }
    }
}

impl ChildView {
    fn of(part: Part) -> Self {
        let platform = part.platform.as_ref().and_then(platform);
        ChildView {
            part: PartView::of(part),
            platform,
        }
    }
}

/// Returns the operating system, the architecture and the variant.
fn platform(platform: &Value) -> Option<String> {
    let text = |member: &str| platform.get(member)?.as_str();
    let (system, architecture) = (text("os")?, text("architecture")?);
    let variant = text("variant").map(|variant| format!("/{variant}"));
    let variant = variant.unwrap_or_default();
    Some(format!("{system}/{architecture}{variant}"))
}

impl PartView {
    fn of(part: Part) -> Self {
        PartView {
            digest: part.digest,
            media_type: part.media_type.unwrap_or_default(),
            size: part.size.unwrap_or_default(),
        }
    }
}

impl ImageScanView {
    fn of(scan: Scan) -> Self {
        let mut counts = BTreeMap::new();
        let findings = scan.report.iter().flat_map(|report| &report.findings);
        for finding in findings {
            *counts.entry(finding.severity.name()).or_default() += 1;
        }
        ImageScanView {
            status: scan.status,
            description: scan.description,
            counts,
        }
    }
}

fn rejected(error: RepositoryError) -> ControlError {
    let (code, member) = match error {
        RepositoryError::RepositoryNotFound(_) => ("REPOSITORY_NOT_FOUND", "repository"),
        RepositoryError::ImageNotFound { .. } => ("IMAGE_NOT_FOUND", "digest"),
        error => return ControlError::store(&error),
    };
    ControlError::new(StatusCode::NOT_FOUND, code, error.to_string()).at(member)
}
