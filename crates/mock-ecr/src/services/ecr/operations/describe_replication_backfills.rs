//! `ListReplicationBackfills` and `DescribeReplicationBackfillResults`: return the replication backfills of a registry and their results.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::aws::error::ApiError;
use crate::domain::{Backfill, BackfillImage, BackfillStatus, BackfillSummary};
use crate::services::context::RequestContext;
use crate::services::ecr::operations::replication_backfill::open_registry;
use crate::services::ecr::views::backfill_view::{ListedBackfill, ProgressView, ResultView};
use crate::services::ecr::views::page::Page;
use crate::services::ecr::views::replication_view::DestinationView;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Fidelity};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListReplicationBackfills {
    max_results: Option<usize>,
    next_token: Option<String>,
    registry_id: Option<AccountId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct List {
    backfills: Vec<ListedBackfill>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    registry_id: String,
}

/// The default number of backfills of a page. Source: the description of `maxResults` in the service model.
const DEFAULT_BACKFILLS: usize = 25;

/// `[ASSUME]`: the list is ordered by the time of the start.
impl Operation for ListReplicationBackfills {
    const NAME: &'static str = "ListReplicationBackfills";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const EFFECT: Effect = Effect::None;
    type Output = List;

    async fn run(self, cx: &RequestContext<'_>) -> Result<List, ApiError> {
        let registry = open_registry(cx, self.registry_id).await?;
        let id = registry.id();
        let scope = id.arn("ListReplicationBackfills");
        let limit = self.max_results.unwrap_or(DEFAULT_BACKFILLS);
        let page = Page::parse(cx, scope, Some(limit), self.next_token.as_deref())?;
        let repositories = &cx.state.repositories;
        let found = repositories.backfills(&id, page.after.as_deref(), page.fetch_limit());
        let mut found = found.await?;
        Ok(List {
            next_token: page.truncate(cx, &mut found, Backfill::position),
            backfills: found.into_iter().map(ListedBackfill::from).collect(),
            registry_id: registry.account.to_string(),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeReplicationBackfillResults {
    max_results: Option<usize>,
    next_token: Option<String>,
    registry_id: Option<AccountId>,
    replication_backfill_id: String,
    result_status_filter: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Results {
    destination: DestinationView,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<ProgressView>,
    registry_id: String,
    replication_backfill_id: String,
    results: Vec<ResultView>,
    started_at: Box<RawValue>,
    status: BackfillStatus,
}

/// `[ASSUME]`: before the end of the backfill, the list of results is empty, and not absent.
impl Operation for DescribeReplicationBackfillResults {
    const NAME: &'static str = "DescribeReplicationBackfillResults";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const EFFECT: Effect = Effect::None;
    type Output = Results;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Results, ApiError> {
        let registry = open_registry(cx, self.registry_id).await?;
        let (id, filter) = (self.replication_backfill_id, self.result_status_filter);
        let source = registry.id();
        let list = source.arn(format!("backfill {id} {filter:?}"));
        let scope = format!("DescribeReplicationBackfillResults {list}");
        let page = Page::parse(cx, scope, self.max_results, self.next_token.as_deref())?;
        let after = page.after.as_deref().and_then(|after| after.parse().ok());
        let is_selected = move |image: &BackfillImage| {
            let status = ResultView::status_of(image);
            filter.as_ref().is_none_or(|only| only == status)
        };
        let (repositories, limit) = (&cx.state.repositories, page.fetch_limit());
        let found = repositories.backfill(&source, &id, is_selected, after, limit);
        let BackfillSummary {
            backfill,
            mut results,
        } = found.await?;
        let position = |(position, _): &(usize, BackfillImage)| position.to_string();
        let next_token = page.truncate(cx, &mut results, position);
        let results = results.into_iter().map(|(_, image)| image.into());
        Ok(Results {
            destination: DestinationView::of(&backfill.destination),
            ended_at: backfill.ended().map(epoch_seconds::raw),
            failure_code: backfill.failure.map(|failure| failure.name()),
            next_token,
            started_at: epoch_seconds::raw(backfill.started()),
            progress: backfill.progress.map(ProgressView::from),
            registry_id: registry.account.to_string(),
            replication_backfill_id: backfill.id,
            results: results.collect(),
            status: backfill.status,
        })
    }
}
