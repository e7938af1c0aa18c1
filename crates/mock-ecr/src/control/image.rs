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
use crate::domain::scanning::Scan;
use crate::domain::{
    Image, ReferrerFilter, Repositories, RepositoryError, Selection, StatusFilter, TaggedImage,
};
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, Digest, Reference, Region, RepositoryId, RepositoryName};

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
    /// The Region of the repository. The default is the Region of the configuration.
    #[serde(default)]
    region: Option<Region>,
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
    /// The size in bytes, as the manifest states it.
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
    let config = &request.state.config;
    let account = params.account.unwrap_or(config.default_account());
    let region = params.region.unwrap_or_else(|| config.region.clone());
    let id = RepositoryId::private(account, region, params.repository);
    let stored = request.repositories().await?;
    let now = request.state.clock.now();
    let found = details(stored, &id, &params.digest, now).await;
    response::json(&found.map_err(rejected)?)
}

async fn details(
    stored: &Repositories,
    id: &RepositoryId,
    digest: &Digest,
    now: Timestamp,
) -> Result<ImageDetails, RepositoryError> {
    let reference = Reference::Digest(digest.clone());
    let image = stored.image(id, &reference).await?;
    let scanned = stored
        .scan(id, Selection::Digest(digest.clone()), now)
        .await?;
    let Ok(scanned) = scanned else {
        // It was deleted meanwhile.
        return Err(RepositoryError::ImageNotFound {
            repository: id.clone(),
            reference,
        });
    };
    let referrers = referrers(stored, id, digest).await?;
    Ok(view(image, &scanned.image, referrers, scanned.scan))
}

async fn referrers(
    stored: &Repositories,
    id: &RepositoryId,
    subject: &Digest,
) -> Result<Vec<ReferrerView>, RepositoryError> {
    let filter = ReferrerFilter {
        status: StatusFilter::Any,
        ..ReferrerFilter::default()
    };
    let found = stored
        .referrers(id, subject, filter, None, MAX_REFERRERS)
        .await?;
    let digests = found.page.into_iter().map(|one| one.image.digest);
    let images = stored
        .images_of(id, digests.map(Reference::Digest).collect())
        .await?;
    let views = images.into_iter().flatten().map(|image| ReferrerView {
        digest: image.digest.to_string(),
        tags: tags(&image),
        size: image.metadata.size,
        artifact_type: image.metadata.artifact_type,
    });
    Ok(views.collect())
}

const MAX_REFERRERS: usize = 100;

fn tags(image: &TaggedImage) -> Vec<String> {
    image.tags.iter().map(ToString::to_string).collect()
}

fn view(
    image: Image,
    tagged: &TaggedImage,
    referrers: Vec<ReferrerView>,
    scan: Option<Scan>,
) -> ImageDetails {
    let parts: Parts = serde_json::from_slice(&image.manifest).unwrap_or_default();
    let layers = parts.layers.into_iter().chain(parts.blobs).flatten();
    let children = parts.manifests.into_iter().flatten();
    ImageDetails {
        digest: image.digest.to_string(),
        tags: tags(tagged),
        size: image.metadata.size,
        pushed: image.metadata.pushed(),
        last_pull: image.metadata.pulled(),
        status: image.metadata.status.name(),
        subject: image.metadata.subject.as_ref().map(ToString::to_string),
        media_type: image.metadata.media_type,
        artifact_type: image.metadata.artifact_type,
        manifest: String::from_utf8_lossy(&image.manifest).into_owned(),
        children: children.map(ChildView::of).collect(),
        config: parts.config.map(PartView::of),
        layers: layers.map(PartView::of).collect(),
        referrers,
        scan: scan.map(ImageScanView::of),
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
