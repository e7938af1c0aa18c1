//! `DescribeImages`: returns the details of the requested images, or of all images in pages.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::aws::error::ApiError;
use crate::domain::scanning::Scan;
use crate::domain::{Tagged, TaggedImage};
use crate::services::context::RequestContext;
use crate::services::ecr::image_error::image_error;
use crate::services::ecr::operations::list_images::Filter;
use crate::services::ecr::views::image_id::ImageId;
use crate::services::ecr::views::page::Page;
use crate::services::ecr::views::scan_view::{FindingsSummary, StatusView};
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Digest, Fidelity, RepositoryId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeImages {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    image_ids: Option<Vec<ImageId>>,
    filter: Option<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    image_details: Vec<ImageDetail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageDetail {
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_media_type: Option<String>,
    image_digest: String,
    image_manifest_media_type: String,
    image_pushed_at: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_scan_findings_summary: Option<FindingsSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_scan_status: Option<StatusView>,
    image_size_in_bytes: u64,
    image_status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_activated_at: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_archived_at: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_recorded_pull_time: Option<Box<RawValue>>,
    registry_id: String,
    repository_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_manifest_digest: Option<String>,
}

impl Operation for DescribeImages {
    const NAME: &'static str = "DescribeImages";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name.clone();
        let id = cx.open_existing(self.registry_id, name).await?;
        let filter = self.filter.clone().unwrap_or_default();
        let (images, next_token) = match &self.image_ids {
            Some(image_ids) => {
                Page::require_none("imageIds", self.max_results, self.next_token.as_deref())?;
                (named(cx, &id, "imageIds", image_ids).await?, None)
            }
            None => self.page(cx, &id, &filter).await?,
        };
        let images = images.into_iter().filter(|image| {
            let tagged = match image.tags.is_empty() {
                true => Tagged::No,
                false => Tagged::Yes,
            };
            filter.status().matches(image.metadata.status)
                && filter.tagged().is_none_or(|only| only == tagged)
        });
        let images: Vec<TaggedImage> = images.collect();
        let scans = enhanced_scans(cx, &id, &images).await?;
        let details = images.into_iter().zip(scans);
        Ok(Output {
            image_details: details
                .map(|(image, scan)| detail(&id, image, scan))
                .collect(),
            next_token,
        })
    }
}

impl DescribeImages {
    /// Returns the images of a page, and the token for the next page. The filter is applied later, so the output may have fewer results than
    /// were requested.
    async fn page(
        &self,
        cx: &RequestContext<'_>,
        id: &RepositoryId,
        filter: &Filter,
    ) -> Result<(Vec<TaggedImage>, Option<String>), ApiError> {
        let scope = format!("DescribeImages {id} {}", filter.scope());
        let page = Page::parse(cx, scope, self.max_results, self.next_token.as_deref())?;
        let after = page.after.as_deref().and_then(|digest| digest.parse().ok());
        let repositories = &cx.state.repositories;
        let (limit, status) = (page.fetch_limit(), filter.status());
        let images = repositories.images(id, after.as_ref(), limit, status);
        let mut images = images.await?;
        let next = page.truncate(cx, &mut images, |image| image.digest.to_string());
        Ok((images, next))
    }
}

/// Returns the images that `member` of the input names.
async fn named(
    cx: &RequestContext<'_>,
    id: &RepositoryId,
    member: &str,
    image_ids: &[ImageId],
) -> Result<Vec<TaggedImage>, ApiError> {
    let references: Vec<_> = image_ids.iter().map(ImageId::reference).collect();
    let valid = references.iter().flatten().cloned().collect();
    let mut found = cx
        .state
        .repositories
        .images_of(id, valid)
        .await?
        .into_iter();
    let mut images: Vec<TaggedImage> = Vec::new();
    for (image_id, reference) in image_ids.iter().zip(references) {
        let image = match reference {
            Ok(_) => image_id.require(found.next().flatten()),
            Err(failure) => Err(failure),
        };
        let image = image.map_err(|failure| image_error(member, &failure, image_id, id))?;
        // An image that is requested by two tags occurs once. [ASSUME]
        if !images.contains(&image) {
            images.push(image);
        }
    }
    Ok(images)
}

/// Returns the digest of the image that the member `imageId` of the input names, and the member of the output: the digest, and the tag if the
/// input has it. `[ASSUME]`
pub(crate) async fn named_one(
    cx: &RequestContext<'_>,
    id: &RepositoryId,
    image_id: ImageId,
) -> Result<(Digest, ImageId), ApiError> {
    let mut images = named(cx, id, "imageId", std::slice::from_ref(&image_id)).await?;
    let image = images.pop().ok_or(ApiError::Server)?;
    let output = ImageId {
        image_digest: Some(image.digest.to_string()),
        image_tag: image_id.image_tag,
    };
    Ok((image.digest, output))
}

/// The members for the scan of an image.
struct ScanMembers {
    summary: Option<FindingsSummary>,
    status: StatusView,
}

impl ScanMembers {
    fn of(scan: &Scan) -> Self {
        ScanMembers {
            summary: scan.report.as_ref().map(FindingsSummary::of),
            status: StatusView::of(scan),
        }
    }
}

/// Returns the members for the scan of each image. The output contains enhanced scans only: basic scanning with the technology of AWS does not use the members
/// for scans. Source: the documentation of `DescribeImages` in the service model.
async fn enhanced_scans(
    cx: &RequestContext<'_>,
    id: &RepositoryId,
    images: &[TaggedImage],
) -> Result<Vec<Option<ScanMembers>>, ApiError> {
    let digests = images.iter().map(|image| image.digest.clone()).collect();
    let repositories = &cx.state.repositories;
    let scans = repositories.enhanced_scans(id, digests, cx.now, ScanMembers::of);
    Ok(scans.await?)
}

fn detail(id: &RepositoryId, image: TaggedImage, scan: Option<ScanMembers>) -> ImageDetail {
    let metadata = image.metadata;
    let (status, summary) = match scan {
        Some(scan) => (Some(scan.status), scan.summary),
        None => (None, None),
    };
    ImageDetail {
        image_scan_findings_summary: summary,
        image_scan_status: status,
        image_pushed_at: epoch_seconds::raw(metadata.pushed()),
        last_activated_at: metadata.activated().map(epoch_seconds::raw),
        last_archived_at: metadata.archived().map(epoch_seconds::raw),
        last_recorded_pull_time: metadata.pulled().map(epoch_seconds::raw),
        artifact_media_type: metadata.artifact_type,
        image_digest: image.digest.to_string(),
        image_manifest_media_type: metadata.media_type,
        image_size_in_bytes: metadata.size,
        image_status: metadata.status.name(),
        image_tags: image.tags.iter().map(ToString::to_string).collect(),
        registry_id: id.account().to_string(),
        repository_name: id.name.to_string(),
        subject_manifest_digest: metadata.subject.map(|digest| digest.to_string()),
    }
}
