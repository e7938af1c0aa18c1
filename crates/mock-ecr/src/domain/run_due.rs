//! Carries out due work.

use crate::domain::due::{self, Due, Work};
use crate::domain::error::RepositoryError;
use crate::domain::repositories::Repositories;
use crate::domain::{archive, lifecycle_run, lifecycle_step, signing};
use crate::store::{Generation, Key, Record, Snapshot, StoreError, Transaction};
use crate::types::error_chain::chain;
use crate::types::timestamp::Timestamp;

impl Repositories {
    /// Carries out all work that is due, in the order of time. Each work is one transaction, which removes its record, so several servers can do
    /// this at the same time. The work sees the time at which it was due, and not `now`. The requests of one server do it one after the other:
    /// otherwise, all of them would begin the same work.
    ///
    /// It costs one read of a key if nothing is due. Every request that reads or changes the state calls it before.
    pub(crate) async fn run_due(&self, now: Timestamp) -> Result<(), RepositoryError> {
        if self.is_due(now).await? {
            let _running = self.due_runner.lock().await;
            while self.is_due(now).await? {
                self.run_first(now).await?;
            }
        }
        Ok(())
    }

    async fn is_due(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.store.read(move |view| due::is_due(view, now)).await
    }

    /// Carries out the first work. If it cannot be done because a record is invalid, it is removed: it would otherwise be the first one again, and
    /// all requests would fail.
    async fn run_first(&self, now: Timestamp) -> Result<(), RepositoryError> {
        let run = self.store.transact(move |records| run_first(records, now));
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

/// Carries out the first work, if another server has not done it in the meantime.
pub(super) fn run_first(records: &mut Transaction<'_>, now: Timestamp) -> Result<(), FailedWork> {
    let Some(first) = due::first(records.view(), now)? else {
        return Ok(());
    };
    let key = first.0.clone();
    carry_out(records, first, now).map_err(|error| FailedWork {
        key: Some(key),
        error,
    })
}

fn carry_out(
    records: &mut Transaction<'_>,
    first: Record,
    now: Timestamp,
) -> Result<(), RepositoryError> {
    let Due { key, at, work } = Due::parse(first)?;
    records.remove(&key);
    if !is_alive(records.view(), work.generation())? {
        return Ok(());
    }
    match work {
        Work::Activate { generation, image } => archive::activate(records, &generation, &image, at),
        Work::Sign {
            generation,
            image,
            profile,
        } => signing::finish(records, &generation, &image, &profile, at),
        Work::EvaluateLifecycle { generation } => {
            lifecycle_run::evaluate_daily(records, &generation, at, now)
        }
        #[cfg(all(test, feature = "file-store"))]
        Work::Note { generation, letter } => note(records, &generation, letter),
        Work::ApplyRule(step) => lifecycle_step::apply(records, step, at),
    }
}

/// Appends a letter to the record of the policy.
#[cfg(all(test, feature = "file-store"))]
fn note(
    records: &mut Transaction<'_>,
    generation: &Generation,
    letter: char,
) -> Result<(), RepositoryError> {
    let key = generation.policy();
    let mut text: String = records.view().read(&key)?.unwrap_or_default();
    text.push(letter);
    records.write(&key, &text);
    Ok(())
}

/// Returns whether a repository exists, published or not.
fn is_alive(view: &dyn Snapshot, generation: &Generation) -> Result<bool, StoreError> {
    let is_deleted = view.contains(&Key::garbage(generation))?;
    Ok(!is_deleted && view.contains(&generation.repository())?)
}
