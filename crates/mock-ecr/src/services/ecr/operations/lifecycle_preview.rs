//! `StartLifecyclePolicyPreview` and `GetLifecyclePolicyPreview`: what a lifecycle policy would do to the images of a repository.
//!
//! Source of the outputs: the examples of both commands in the reference of the AWS CLI.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::aws::error::ApiError;
use crate::domain::{
    LifecyclePreview, PreviewPage, PreviewResult, PreviewStatus, PreviewSummary, Selection,
};
use crate::lifecycle::{Action, StorageClass};
use crate::services::context::RequestContext;
use crate::services::ecr::image_error::image_error;
use crate::services::ecr::operations::lifecycle_policy::parse;
use crate::services::ecr::operations::list_images::Filter;
use crate::services::ecr::views::image_id::ImageId;
use crate::services::ecr::views::page::Page;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Fidelity, RepositoryId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartLifecyclePolicyPreview {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    lifecycle_policy_text: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Started {
    lifecycle_policy_text: String,
    registry_id: String,
    repository_name: String,
    status: &'static str,
}

impl Operation for StartLifecyclePolicyPreview {
    const NAME: &'static str = "StartLifecyclePolicyPreview";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Started;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Started, ApiError> {
        let id = cx.open(self.registry_id, self.repository_name).await?;
        let policy = match self.lifecycle_policy_text {
            Some(text) => {
                let policy = parse(&text)?;
                Some((text, policy))
            }
            None => None,
        };
        let repositories = &cx.state.repositories;
        let started = repositories.start_lifecycle_preview(&id, policy, cx.now);
        Ok(Started {
            lifecycle_policy_text: started.await?,
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
            status: status_name(PreviewStatus::InProgress),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetLifecyclePolicyPreview {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    image_ids: Option<Vec<ImageId>>,
    filter: Option<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preview {
    lifecycle_policy_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    preview_results: Vec<ResultView>,
    registry_id: String,
    repository_name: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<SummaryView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultView {
    action: ActionView,
    applied_rule_priority: u64,
    image_digest: String,
    image_pushed_at: Box<RawValue>,
    image_tags: Vec<String>,
    storage_class: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ActionView {
    #[serde(skip_serializing_if = "Option::is_none")]
    target_storage_class: Option<&'static str>,
    r#type: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryView {
    expiring_image_total_count: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transitioning_image_total_counts: Vec<TransitioningCount>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TransitioningCount {
    image_total_count: usize,
    target_storage_class: &'static str,
}

impl Operation for GetLifecyclePolicyPreview {
    const NAME: &'static str = "GetLifecyclePolicyPreview";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    type Output = Preview;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Preview, ApiError> {
        let name = self.repository_name.clone();
        let id = cx.open(self.registry_id, name).await?;
        let filter = self.filter.clone().unwrap_or_default();
        let repositories = &cx.state.repositories;
        if let Some(image_ids) = &self.image_ids {
            Page::require_none("imageIds", self.max_results, self.next_token.as_deref())?;
            let page = PreviewPage::Of(selections(&id, image_ids)?);
            let preview = repositories.lifecycle_preview(&id, page, filter.tagged(), cx.now);
            return Ok(Preview::of(&id, preview.await?, None));
        }
        let scope = format!("GetLifecyclePolicyPreview {id} {}", filter.scope());
        let page = Page::parse(cx, scope, self.max_results, self.next_token.as_deref())?;
        let after = page.after.as_deref().and_then(parse_cursor);
        let following = PreviewPage::Following {
            after: after.map(|(_, position)| position),
            limit: page.fetch_limit(),
        };
        let preview = repositories.lifecycle_preview(&id, following, filter.tagged(), cx.now);
        let mut preview = preview.await?;
        let number = preview.number;
        // The positions of an earlier preview are not those of this one.
        if after.is_some_and(|(other, _)| other != number) {
            return Err(Page::invalid_token());
        }
        let next = page.truncate(cx, &mut preview.results, |(position, _)| {
            format!("{number} {position}")
        });
        Ok(Preview::of(&id, preview, next))
    }
}

/// Parses the number of a preview and the position of a result.
fn parse_cursor(cursor: &str) -> Option<(u64, usize)> {
    let (number, position) = cursor.split_once(' ')?;
    Some((number.parse().ok()?, position.parse().ok()?))
}

fn selections(id: &RepositoryId, image_ids: &[ImageId]) -> Result<Vec<Selection>, ApiError> {
    let selection = |image_id: &ImageId| {
        let selection = image_id.selection();
        selection.map_err(|failure| image_error("imageIds", &failure, image_id, id))
    };
    image_ids.iter().map(selection).collect()
}

impl Preview {
    fn of(id: &RepositoryId, preview: LifecyclePreview, next_token: Option<String>) -> Self {
        let is_complete = preview.status == PreviewStatus::Complete;
        let results = preview.results.iter();
        Preview {
            lifecycle_policy_text: preview.text,
            next_token,
            preview_results: results.map(|(_, result)| ResultView::of(result)).collect(),
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
            status: status_name(preview.status),
            summary: is_complete.then(|| SummaryView::of(preview.summary)),
        }
    }
}

impl ResultView {
    fn of(result: &PreviewResult) -> Self {
        ResultView {
            action: match result.action() {
                Action::Expire => ActionView {
                    target_storage_class: None,
                    r#type: "EXPIRE",
                },
                Action::Transition => ActionView {
                    target_storage_class: Some(class_name(StorageClass::Archive)),
                    r#type: "TRANSITION",
                },
            },
            applied_rule_priority: result.priority,
            image_digest: result.digest.to_string(),
            image_pushed_at: epoch_seconds::raw(result.pushed()),
            image_tags: result.tags.iter().map(ToString::to_string).collect(),
            storage_class: class_name(result.class()),
        }
    }
}

impl SummaryView {
    fn of(summary: PreviewSummary) -> Self {
        let transitioning = TransitioningCount {
            image_total_count: summary.transitioning,
            target_storage_class: class_name(StorageClass::Archive),
        };
        SummaryView {
            expiring_image_total_count: summary.expiring,
            transitioning_image_total_counts: match summary.transitioning {
                0 => Vec::new(),
                _ => vec![transitioning],
            },
        }
    }
}

fn class_name(class: StorageClass) -> &'static str {
    match class {
        StorageClass::Standard => "STANDARD",
        StorageClass::Archive => "ARCHIVE",
    }
}

fn status_name(status: PreviewStatus) -> &'static str {
    match status {
        PreviewStatus::InProgress => "IN_PROGRESS",
        PreviewStatus::Complete => "COMPLETE",
        PreviewStatus::Expired => "EXPIRED",
    }
}
