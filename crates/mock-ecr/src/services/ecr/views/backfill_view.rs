//! Replication backfills in outputs.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::domain::{Backfill, BackfillImage, BackfillProgress, BackfillStatus};
use crate::services::ecr::views::image_id::ImageId;
use crate::services::ecr::views::replication_view::DestinationView;

/// A backfill, as its start and its end return it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartedBackfill {
    destination: DestinationView,
    registry_id: String,
    replication_backfill_id: String,
    started_at: Box<RawValue>,
    status: BackfillStatus,
}

impl StartedBackfill {
    pub(crate) fn of(backfill: Backfill, registry_id: String) -> Self {
        StartedBackfill {
            destination: DestinationView::of(&backfill.destination),
            registry_id,
            started_at: epoch_seconds::raw(backfill.started()),
            replication_backfill_id: backfill.id,
            status: backfill.status,
        }
    }
}

/// A backfill in a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedBackfill {
    destination: DestinationView,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<ProgressView>,
    replication_backfill_id: String,
    started_at: Box<RawValue>,
    status: BackfillStatus,
}

impl From<Backfill> for ListedBackfill {
    fn from(backfill: Backfill) -> Self {
        ListedBackfill {
            destination: DestinationView::of(&backfill.destination),
            ended_at: backfill.ended().map(epoch_seconds::raw),
            failure_code: backfill.failure.map(|failure| failure.name()),
            started_at: epoch_seconds::raw(backfill.started()),
            progress: backfill.progress.map(ProgressView::from),
            replication_backfill_id: backfill.id,
            status: backfill.status,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProgressView {
    completed_replication_count: usize,
    failed_replication_count: usize,
    failure_codes: Vec<&'static str>,
    total_replication_count: usize,
}

impl From<BackfillProgress> for ProgressView {
    fn from(progress: BackfillProgress) -> Self {
        let codes = progress.failure_codes.into_iter();
        ProgressView {
            completed_replication_count: progress.completed,
            failed_replication_count: progress.failed,
            failure_codes: codes.map(|code| code.name()).collect(),
            total_replication_count: progress.total,
        }
    }
}

/// The result of a replication. `[ASSUME]`: an index whose images were replicated has an empty list of their failure codes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResultView {
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_code: Option<&'static str>,
    image_id: ImageId,
    repository_name: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_image_failure_codes: Option<Vec<&'static str>>,
}

impl ResultView {
    /// Returns the name of the result of a replication that has ended.
    pub(crate) fn status_of(image: &BackfillImage) -> &'static str {
        match image.outcome {
            Some(Err(_)) => "FAILED",
            _ => "COMPLETE",
        }
    }
}

impl From<BackfillImage> for ResultView {
    fn from(image: BackfillImage) -> Self {
        let failure = image.outcome.and_then(Result::err);
        let of_listed = failure.filter(|failure| failure.is_of_listed_image);
        let codes = of_listed.into_iter().map(|failure| failure.code.name());
        ResultView {
            failure_code: failure.map(|failure| failure.code.name()),
            image_id: ImageId::new(&image.image, image.tag.as_ref()),
            status: ResultView::status_of(&image),
            repository_name: image.repository.to_string(),
            sub_image_failure_codes: image.is_index.then(|| codes.collect()),
        }
    }
}
