//! `StartImageScan` and `DescribeImageScanFindings`.
//!
//! Source of the outputs: the examples in the AWS CLI.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::config::ScanType;
use crate::domain::scanning::{Report, Scanned};
use crate::domain::{Selection, SelectionError, TaggedImage};
use crate::services::context::RequestContext;
use crate::services::ecr::image_error::image_error;
use crate::services::ecr::views::enhanced_finding::EnhancedFinding;
use crate::services::ecr::views::image_id::{Failure, ImageId};
use crate::services::ecr::views::page::Page;
use crate::services::ecr::views::scan_view::{FindingsSummary, FindingsView, StatusView};
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Digest, Fidelity, RepositoryId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartImageScan {
    registry_id: Option<AccountId>,
    repository_name: RepositoryName,
    image_id: ImageId,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartOutput {
    image_id: ImageId,
    image_scan_status: StatusView,
    registry_id: String,
    repository_name: String,
}

impl Operation for StartImageScan {
    const NAME: &'static str = "StartImageScan";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = StartOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<StartOutput, ApiError> {
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let selection = selection(&self.image_id, &id)?;
        let started = cx.state.repositories.start_scan(&id, selection, cx.now);
        let digest = found(started.await?, &self.image_id, &id)?;
        Ok(StartOutput {
            image_id: of_image(&self.image_id, &digest),
            image_scan_status: StatusView::in_progress(),
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeImageScanFindings {
    registry_id: Option<AccountId>,
    repository_name: RepositoryName,
    image_id: ImageId,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeOutput {
    image_id: ImageId,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_scan_findings: Option<FindingsView>,
    image_scan_status: StatusView,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    registry_id: String,
    repository_name: String,
}

impl Operation for DescribeImageScanFindings {
    const NAME: &'static str = "DescribeImageScanFindings";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    type Output = DescribeOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<DescribeOutput, ApiError> {
        let name = self.repository_name.clone();
        let id = cx.open_existing(self.registry_id, name).await?;
        let selection = selection(&self.image_id, &id)?;
        let scanned = cx.state.repositories.scan(&id, selection, cx.now).await?;
        let Scanned { image, scan } = found(scanned, &self.image_id, &id)?;
        let mut scan = scan.ok_or_else(|| scan_not_found(&self.image_id, &id))?;
        let page = self.page(cx, &id, &image.digest)?;
        let summary = scan.report.as_ref().map(FindingsSummary::of);
        let next_token = scan
            .report
            .as_mut()
            .and_then(|report| cut(report, &page, cx));
        if scan.scan_type == ScanType::Enhanced {
            reserve_tags(cx, &image, scan.report.as_ref())?;
        }
        let findings = summary.zip(scan.report.as_ref());
        let findings = findings.map(|(summary, report)| {
            let enhanced = |finding| EnhancedFinding::of(finding, &id, &image, report);
            match scan.scan_type {
                ScanType::Basic => FindingsView::basic(summary, &report.findings),
                ScanType::Enhanced => {
                    let findings = report.findings.iter().map(enhanced);
                    FindingsView::enhanced(summary, findings.collect())
                }
            }
        });
        Ok(DescribeOutput {
            image_id: of_image(&self.image_id, &image.digest),
            image_scan_findings: findings,
            image_scan_status: StatusView::of(&scan),
            next_token,
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
        })
    }
}

impl DescribeImageScanFindings {
    fn page(
        &self,
        cx: &RequestContext<'_>,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Page, ApiError> {
        let scope = format!("DescribeImageScanFindings {id} {digest}");
        Page::parse(cx, scope, self.max_results, self.next_token.as_deref())
    }
}

/// Reserves memory for the tags of the image, which each enhanced finding repeats.
fn reserve_tags(
    cx: &RequestContext<'_>,
    image: &TaggedImage,
    report: Option<&Report>,
) -> Result<(), ApiError> {
    let findings = report.map_or(0, |report| report.findings.len());
    let tags: usize = image.tags.iter().map(|tag| tag.as_str().len()).sum();
    cx.reserve((COPIES * findings * tags) as u64)
}

/// The memory for a byte of a tag: the string, and its JSON.
const COPIES: usize = 2;

/// Removes the findings of other pages. Returns the token for the next page, which stays valid if the findings change.
fn cut(report: &mut Report, page: &Page, cx: &RequestContext<'_>) -> Option<String> {
    if let Some(after) = &page.after {
        report.findings.retain(|finding| finding.key() > *after);
    }
    page.truncate(cx, &mut report.findings, |finding| finding.key())
}

/// Returns what selects the image that the input names.
fn selection(image_id: &ImageId, id: &RepositoryId) -> Result<Selection, ApiError> {
    let selection = image_id.selection();
    selection.map_err(|failure| image_error("imageId", &failure, image_id, id))
}

/// Returns the result for an image that exists.
fn found<T>(
    result: Result<T, SelectionError>,
    image_id: &ImageId,
    id: &RepositoryId,
) -> Result<T, ApiError> {
    result.map_err(|error| image_error("imageId", &Failure::from(error), image_id, id))
}

/// Returns the identifiers of an image in an output: the digest, and the tag if the input contains it.
fn of_image(image_id: &ImageId, digest: &Digest) -> ImageId {
    ImageId {
        image_digest: Some(digest.to_string()),
        image_tag: image_id.image_tag.clone(),
    }
}

/// Source of the message: a report of 2024.
fn scan_not_found(image_id: &ImageId, id: &RepositoryId) -> ApiError {
    let null = || "null".to_owned();
    let digest = image_id.image_digest.clone().unwrap_or_else(null);
    let tag = image_id.image_tag.clone().unwrap_or_else(null);
    let (name, account) = (&id.name, id.account());
    let text = format!(
        "Image scan does not exist for the image with '{{imageDigest:'{digest}', imageTag:'{tag}'}}' in the repository with name '{name}' in the registry with id '{account}'"
    );
    ApiError::modelled("ScanNotFoundException", text)
}
