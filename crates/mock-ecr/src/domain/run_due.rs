//! Carries out due work.

use bytes::Bytes;
use futures_util::FutureExt as _;

use crate::domain::activation::Activation;
use crate::domain::due::{self, Due, Work};
use crate::domain::error::RepositoryError;
use crate::domain::present::Present;
use crate::domain::replication::Replicator;
use crate::domain::repositories::{Repositories, lookup_of};
use crate::domain::repository::Lookup;
use crate::domain::{archive, lifecycle_run, lifecycle_step, signing};
use crate::store::{Key, Record, Snapshot, StoreError, Transaction};
use crate::types::error_chain::chain;
use crate::types::timestamp::Timestamp;

impl Repositories {
    /// Carries out all work that is due, in the order of time. Each work is one transaction, which removes its record, so several servers can do
    /// this at the same time. The work sees the time at which it was due, and not `now`. The requests of one server do it together:
    /// otherwise, all of them would begin the same work.
    ///
    /// It costs one read of a key if nothing is due. Every request that reads or changes the state calls it before.
    pub(crate) async fn run_due(&self, now: Timestamp) -> Result<(), RepositoryError> {
        let (present, mut late) = (self.present(now), 0);
        while self.is_due(&present).await? {
            late += usize::from(self.is_stopping());
            if late > MAX_LATE {
                return Err(StoreError::Stopped.into());
            }
            let (all, shared) = (self.clone(), present.clone());
            let running = self
                .due_runner
                .join(|| async move { all.run_if_due(&shared).await.is_ok() }.boxed());
            if !running.await {
                // Each request returns its own error.
                self.run_if_due(&present).await?;
            }
        }
        Ok(())
    }

    /// Returns an error if the mock was requested to stop. Long work checks this between its transactions.
    pub(super) fn require_running(&self) -> Result<(), StoreError> {
        match self.is_stopping() {
            true => Err(StoreError::Stopped),
            false => Ok(()),
        }
    }

    fn is_stopping(&self) -> bool {
        let stopping = self.stopping.as_ref();
        stopping.is_some_and(|stopping| !matches!(stopping.has_changed(), Ok(false)))
    }

    /// Carries out the first work, if another request has not done it since this one has found it.
    async fn run_if_due(&self, present: &Present) -> Result<(), RepositoryError> {
        match self.is_due(present).await? {
            true => self.run_first(present).await,
            false => Ok(()),
        }
    }

    async fn is_due(&self, present: &Present) -> Result<bool, StoreError> {
        let present = present.clone();
        let due = self
            .store
            .read(move |view| due::is_due(view, present.now()));
        due.await
    }

    /// Carries out the first work. If it cannot be done because a record is invalid, it is removed: it would otherwise be the first one again, and
    /// all requests would fail.
    async fn run_first(&self, present: &Present) -> Result<(), RepositoryError> {
        let unstored = self.store_blobs(present.now()).await?;
        let run = DueRun {
            unstored,
            ..self.due_run(present).await?
        };
        let now = present.now();
        let run = self.store.transact(move |records| run.run_first(records));
        match run.await {
            Err(FailedWork {
                key: Some(key),
                error,
            }) if is_of_record(&error) => {
                let error = chain(&error);
                tracing::warn!(%key, %error, "due work failed and is skipped");
                let skip = move |records: &mut Transaction<'_>| skip(records, &key, now);
                Ok(self.store.transact(skip).await?)
            }
            run => run.map_err(|failed| failed.error),
        }
    }
}

/// The maximum number of works that a request carries out after the mock was requested to stop. The others remain due. Programs such as docker end
/// a mock after ten seconds.
const MAX_LATE: usize = 100;

impl Repositories {
    pub(super) async fn due_run(&self, present: &Present) -> Result<DueRun, RepositoryError> {
        Ok(DueRun {
            present: present.clone(),
            activation: self.activation(),
            replicator: self.replicator().await?,
            unstored: None,
        })
    }

    /// Stores the blobs of the first work if it ends a signature. A transaction cannot do this: like a client, it needs the blobs before the
    /// manifest. Returns the key of the work if the blobs cannot be stored.
    async fn store_blobs(&self, now: Timestamp) -> Result<Option<Key>, RepositoryError> {
        let needed = self.store.read(move |view| needed_blobs(view, now)).await;
        let Some(needed) = needed? else {
            return Ok(None);
        };
        for blob in needed.blobs {
            match self.push_blob(&needed.at.id, blob).await {
                Ok(()) => {}
                // It was deleted in the meantime.
                Err(RepositoryError::RepositoryNotFound(_)) => return Ok(None),
                Err(error) => {
                    let (repository, error) = (&needed.at.id, chain(&error));
                    tracing::warn!(%repository, %error, "the blobs of a signature cannot be stored; the signature has failed");
                    return Ok(Some(needed.key));
                }
            }
        }
        Ok(None)
    }
}

/// The blobs that the first work needs.
struct NeededBlobs {
    key: Key,
    at: Lookup,
    blobs: Vec<Bytes>,
}

/// Returns the blobs that the first work needs, if some are missing. An invalid record is reported when the work is done.
fn needed_blobs(
    view: &dyn Snapshot,
    now: Timestamp,
) -> Result<Option<NeededBlobs>, RepositoryError> {
    let read = || {
        let Some(first) = due::first(view, now)? else {
            return Ok(None);
        };
        let Due { key, at, work } = Due::parse(first)?;
        let blobs = signing::missing_blobs(view, &work, at)?;
        let Some(generation) = work.generation().filter(|_| !blobs.is_empty()) else {
            return Ok(None);
        };
        Ok(lookup_of(view, generation)?.map(|at| NeededBlobs { key, at, blobs }))
    };
    match read() {
        Err(error) if is_of_record(&error) => Ok(None),
        read => read,
    }
}

/// Returns whether a record causes an error, and not the store.
fn is_of_record(error: &RepositoryError) -> bool {
    match error {
        RepositoryError::Store(error) => matches!(error, StoreError::Record { .. }),
        _ => true,
    }
}

/// Removes work that has failed, unless another server has done it. A daily evaluation is repeated.
fn skip(records: &mut Transaction<'_>, key: &Key, now: Timestamp) -> Result<(), StoreError> {
    if !records.view().contains(key)? {
        return Ok(());
    }
    records.remove(key);
    match (due::evaluated(key), key.due_time()) {
        (Some(generation), Some(at)) => lifecycle_run::postpone(records, &generation, at, now),
        _ => Ok(()),
    }
}

/// The error of work.
#[derive(Debug)]
pub(super) struct FailedWork {
    /// The record of the work. `None` if no work was found because of the error.
    key: Option<Key>,
    pub(super) error: RepositoryError,
}

impl From<StoreError> for FailedWork {
    fn from(error: StoreError) -> Self {
        FailedWork {
            key: None,
            error: error.into(),
        }
    }
}

/// What carries out due work in a transaction.
#[derive(Clone, Debug)]
pub(super) struct DueRun {
    present: Present,
    activation: Activation,
    replicator: Replicator,
    /// The work whose blobs cannot be stored.
    unstored: Option<Key>,
}

impl DueRun {
    /// Carries out the first work, if another server has not done it in the meantime.
    pub(super) fn run_first(&self, records: &mut Transaction<'_>) -> Result<(), FailedWork> {
        let Some(first) = due::first(records.view(), self.present.now())? else {
            return Ok(());
        };
        let key = first.0.clone();
        carry_out(self, records, first).map_err(|error| FailedWork {
            key: Some(key),
            error,
        })
    }
}

fn carry_out(
    run: &DueRun,
    records: &mut Transaction<'_>,
    first: Record,
) -> Result<(), RepositoryError> {
    let Due { key, at, work } = Due::parse(first)?;
    if let Some(generation) = work.generation()
        && lookup_of(records.view(), generation)?.is_none()
    {
        records.remove(&key);
        return Ok(());
    }
    // Another work was the first one when blobs were stored.
    if run.unstored.as_ref() != Some(&key)
        && !signing::missing_blobs(records.view(), &work, at)?.is_empty()
    {
        return Ok(());
    }
    records.remove(&key);
    let replication = &run.replicator.replication;
    match work {
        Work::Activate { generation, image } => {
            archive::activate(records, &run.activation, &generation, &image, at)
        }
        Work::Sign {
            generation,
            image,
            profile,
        } => signing::finish(records, &generation, &image, &profile, at, replication),
        Work::EvaluateLifecycle { generation } => {
            lifecycle_run::evaluate_daily(records, &generation, at, run.present.now())
        }
        #[cfg(all(test, feature = "file-store"))]
        Work::Note { generation, letter } => note(records, &generation, letter),
        Work::ApplyRule(step) => lifecycle_step::apply(records, step, at, replication),
        Work::Replicate(change) => run.replicator.carry_out(records, &change, at),
        Work::Backfill(step) => run.replicator.continue_backfill(records, &step, at),
    }
}

/// Appends a letter to the record of the policy.
#[cfg(all(test, feature = "file-store"))]
fn note(
    records: &mut Transaction<'_>,
    generation: &crate::store::Generation,
    letter: char,
) -> Result<(), RepositoryError> {
    let key = generation.policy();
    let mut text: String = records.view().read(&key)?.unwrap_or_default();
    text.push(letter);
    records.write(&key, &text);
    Ok(())
}
