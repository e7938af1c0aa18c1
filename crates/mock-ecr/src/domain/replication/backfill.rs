//! Starts, stops, lists and describes replication backfills, which replicate the existing images of a registry.
//!
//! Source: the descriptions of the operations in the service model.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::due::{self, Work};
use crate::domain::error::RepositoryError;
use crate::domain::registry_error::RegistrySettingError;
use crate::domain::replication::backfill_step::{
    BackfillImage, BackfillStep, CHUNK, RETENTION, Stage, record_name,
};
use crate::domain::replication::failure::FailureCode;
use crate::domain::replication::rule::PrivateRegistry;
use crate::domain::repositories::Repositories;
use crate::store::{Folder, Key, Record, Snapshot, Transaction, parse};
use crate::types::RegistryId;
use crate::types::timestamp::Timestamp;

/// A replication backfill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Backfill {
    pub(crate) id: String,
    pub(crate) destination: PrivateRegistry,
    pub(crate) status: BackfillStatus,
    started_at_millis: i64,
    ended_at_millis: Option<i64>,
    pub(crate) failure: Option<BackfillFailure>,
    /// `None` until the images are determined.
    pub(crate) progress: Option<BackfillProgress>,
}

/// The status of a backfill. The names are those of the service model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum BackfillStatus {
    Preparing,
    InProgress,
    Complete,
    Failed,
    Stopping,
    Stopped,
}

impl BackfillStatus {
    pub(crate) fn is_terminal(self) -> bool {
        use BackfillStatus::{Complete, Failed, Stopped};
        matches!(self, Complete | Failed | Stopped)
    }
}

/// The reason why a backfill failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BackfillFailure {
    /// The replication configuration does not contain the destination any more.
    DestinationRemoved,
    /// A record of the store is invalid.
    Internal,
}

impl BackfillFailure {
    /// Returns the code in outputs. `[ASSUME]`: the service model does not list the codes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            BackfillFailure::DestinationRemoved => "DESTINATION_NOT_CONFIGURED",
            BackfillFailure::Internal => "INTERNAL_FAILURE",
        }
    }
}

/// The numbers of replications of a backfill. Each image with each of its tags is one replication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BackfillProgress {
    pub(crate) total: usize,
    pub(crate) completed: usize,
    pub(crate) failed: usize,
    pub(crate) failure_codes: BTreeSet<FailureCode>,
}

impl Backfill {
    pub(crate) fn started(&self) -> Timestamp {
        Timestamp::from_millis(self.started_at_millis)
    }

    pub(crate) fn ended(&self) -> Option<Timestamp> {
        self.ended_at_millis.map(Timestamp::from_millis)
    }

    /// Returns the position in lists: by the time of the start. `[ASSUME]`
    pub(crate) fn position(&self) -> String {
        format!("{:020} {}", self.started_at_millis, self.id)
    }

    pub(super) fn read(
        view: &dyn Snapshot,
        registry: &RegistryId,
        id: &str,
    ) -> Result<Option<Self>, RepositoryError> {
        Ok(view.read(&Key::backfill(registry, &record_name(id)))?)
    }

    pub(super) fn write(&self, records: &mut Transaction<'_>, registry: &RegistryId) {
        records.write(&Key::backfill(registry, &record_name(&self.id)), self);
    }

    /// Ends the backfill. Its records are removed later.
    pub(super) fn end(
        &mut self,
        records: &mut Transaction<'_>,
        registry: &PrivateRegistry,
        status: BackfillStatus,
        at: Timestamp,
    ) {
        self.status = status;
        self.ended_at_millis = Some(at.as_millis());
        self.write(records, &registry.id());
        let step = BackfillStep::new(registry, &self.id, Stage::Forget);
        due::schedule(records, at + RETENTION, &Work::Backfill(step));
    }

    fn required(
        view: &dyn Snapshot,
        registry: &RegistryId,
        id: &str,
    ) -> Result<Self, RepositoryError> {
        let found = Backfill::read(view, registry, id)?;
        found.ok_or_else(|| RegistrySettingError::BackfillNotFound.into())
    }
}

/// A backfill, and a page of its results.
#[derive(Clone, Debug)]
pub(crate) struct BackfillSummary {
    pub(crate) backfill: Backfill,
    /// The results, and their positions.
    pub(crate) results: Vec<(usize, BackfillImage)>,
}

impl Repositories {
    /// Starts a backfill of a registry.
    ///
    /// # Errors
    ///
    /// Returns an error if the replication configuration does not contain the destination, or if too many backfills are in progress.
    pub(crate) async fn start_backfill(
        &self,
        registry: &PrivateRegistry,
        destination: PrivateRegistry,
        now: Timestamp,
    ) -> Result<Backfill, RepositoryError> {
        let id = self.backfill_ids.next(self.store.epoch().await?);
        let (registry, replication) = (registry.clone(), self.replication());
        let started = self.store.transact(move |records| {
            let rules = replication.rules(records.view(), &registry.id())?;
            let mut destinations = rules.iter().flat_map(|rule| &rule.destinations);
            if !destinations.any(|one| *one == destination) {
                return Err(RegistrySettingError::BackfillDestinationNotConfigured.into());
            }
            check_running(records.view(), &registry.id(), &destination)?;
            let backfill = Backfill {
                id: id.clone(),
                destination: destination.clone(),
                status: BackfillStatus::Preparing,
                started_at_millis: now.as_millis(),
                ended_at_millis: None,
                failure: None,
                progress: None,
            };
            backfill.write(records, &registry.id());
            let step = BackfillStep::new(&registry, &id, Stage::Prepare);
            let prepared = now + replication.delay;
            due::schedule(records, prepared, &Work::Backfill(step));
            Ok::<_, RepositoryError>(backfill)
        });
        let backfill = started.await?;
        self.replicate_at_once(now).await;
        Ok(backfill)
    }

    /// Stops a backfill. Replications that are in progress are completed.
    ///
    /// # Errors
    ///
    /// Returns an error if the backfill does not exist or has ended.
    pub(crate) async fn stop_backfill(
        &self,
        registry: &PrivateRegistry,
        id: &str,
        now: Timestamp,
    ) -> Result<Backfill, RepositoryError> {
        let (registry, id) = (registry.clone(), id.to_owned());
        self.store
            .transact(move |records| {
                let mut backfill = Backfill::required(records.view(), &registry.id(), &id)?;
                match backfill.status {
                    status if status.is_terminal() => {
                        return Err(RegistrySettingError::BackfillHasEnded.into());
                    }
                    BackfillStatus::Preparing => {
                        backfill.end(records, &registry, BackfillStatus::Stopped, now);
                    }
                    // `[ASSUME]`: a backfill that is stopping can be stopped again.
                    _ => {
                        backfill.status = BackfillStatus::Stopping;
                        backfill.write(records, &registry.id());
                    }
                }
                Ok(backfill)
            })
            .await
    }

    /// Returns at most `limit` backfills that follow the position `after`, in the order of their starts.
    pub(crate) async fn backfills(
        &self,
        registry: &RegistryId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Backfill>, RepositoryError> {
        let (registry, after) = (registry.clone(), after.map(str::to_owned));
        self.store
            .read(move |view| {
                let mut all = all_of(view, &registry)?;
                all.sort_by_key(Backfill::position);
                all.retain(|one| after.as_ref().is_none_or(|after| one.position() > *after));
                all.truncate(limit);
                Ok(all)
            })
            .await
    }

    /// Returns a backfill, and at most `limit` of its results that follow the position `after`. There are results when the backfill has ended.
    ///
    /// # Errors
    ///
    /// Returns an error if the backfill does not exist.
    pub(crate) async fn backfill(
        &self,
        registry: &RegistryId,
        id: &str,
        is_selected: impl Fn(&BackfillImage) -> bool + Send + 'static,
        after: Option<usize>,
        limit: usize,
    ) -> Result<BackfillSummary, RepositoryError> {
        let (registry, id) = (registry.clone(), id.to_owned());
        self.store
            .read(move |view| {
                let backfill = Backfill::required(view, &registry, &id)?;
                let mut results = Vec::new();
                let total = backfill.progress.as_ref().map_or(0, |one| one.total);
                let total = if backfill.status.is_terminal() {
                    total
                } else {
                    0
                };
                let first = after.map_or(0, |after| after.saturating_add(1));
                for chunk in first / CHUNK..total.div_ceil(CHUNK) {
                    let images = chunk_of(view, &registry, &id, chunk)?
                        .into_iter()
                        .enumerate();
                    let images = images.map(|(index, image)| (chunk * CHUNK + index, image));
                    results.extend(images.filter(|(position, image)| {
                        *position >= first && image.outcome.is_some() && is_selected(image)
                    }));
                    if results.len() >= limit {
                        results.truncate(limit);
                        break;
                    }
                }
                Ok(BackfillSummary { backfill, results })
            })
            .await
    }
}

/// Returns the images of one record of a backfill.
pub(super) fn chunk_of(
    view: &dyn Snapshot,
    registry: &RegistryId,
    id: &str,
    chunk: usize,
) -> Result<Vec<BackfillImage>, RepositoryError> {
    let key = Key::backfill_images(registry, &record_name(id), chunk);
    Ok(view.read(&key)?.unwrap_or_default())
}

/// Checks that another backfill can be in progress.
fn check_running(
    view: &dyn Snapshot,
    registry: &RegistryId,
    destination: &PrivateRegistry,
) -> Result<(), RepositoryError> {
    let running = all_of(view, registry)?.into_iter();
    let running: Vec<Backfill> = running.filter(|one| !one.status.is_terminal()).collect();
    let mut regions = running.iter().map(|one| &one.destination.region);
    if regions.any(|region| *region == destination.region) {
        return Err(RegistrySettingError::BackfillInProgress.into());
    }
    match running.len() >= MOST_RUNNING {
        true => Err(RegistrySettingError::TooManyBackfills.into()),
        false => Ok(()),
    }
}

/// The maximum number of backfills of a registry that are in progress. Source: the description of `StartReplicationBackfill`.
const MOST_RUNNING: usize = 10;

fn all_of(view: &dyn Snapshot, registry: &RegistryId) -> Result<Vec<Backfill>, RepositoryError> {
    let records = view.page(&Folder::backfills(registry), None, usize::MAX)?;
    let backfill = |(key, bytes): &Record| Ok(parse(key, bytes)?);
    records.iter().map(backfill).collect()
}
