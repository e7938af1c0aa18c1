//! Carries out due work.

use crate::domain::due::{self, Due, Work};
use crate::domain::error::RepositoryError;
use crate::domain::replication::Replicator;
use crate::domain::repositories::Repositories;
use crate::domain::{archive, lifecycle_run, lifecycle_step, signing};
use crate::store::{Generation, Key, Snapshot, StoreError, Transaction};
use crate::types::timestamp::Timestamp;

impl Repositories {
    /// Carries out all work that is due, in the order of time. Each work is one transaction, which removes its record, so several servers can do
    /// this at the same time. The work sees the time at which it was due, and not `now`.
    ///
    /// It costs one read of a key if nothing is due. Every request that reads or changes the state calls it before.
    pub(crate) async fn run_due(&self, now: Timestamp) -> Result<(), RepositoryError> {
        while self.store.read(move |view| due::is_due(view, now)).await? {
            let replicator = self.replicator().await?;
            self.store
                .transact(move |records| run_first(records, now, &replicator))
                .await?;
        }
        Ok(())
    }
}

/// Carries out the first work, if another server has not done it in the meantime.
pub(super) fn run_first(
    records: &mut Transaction<'_>,
    now: Timestamp,
    replicator: &Replicator,
) -> Result<(), RepositoryError> {
    let Some(Due { key, at, work }) = due::first(records.view(), now)? else {
        return Ok(());
    };
    records.remove(&key);
    if let Some(generation) = work.generation()
        && !is_alive(records.view(), generation)?
    {
        return Ok(());
    }
    let replication = &replicator.replication;
    match work {
        Work::Activate { generation, image } => {
            archive::activate(records, &generation, &image, at, replication)
        }
        Work::Sign {
            generation,
            image,
            profile,
        } => signing::finish(records, &generation, &image, &profile, at, replication),
        Work::EvaluateLifecycle { generation } => {
            lifecycle_run::evaluate_daily(records, &generation, at, now)
        }
        #[cfg(all(test, feature = "file-store"))]
        Work::Note { generation, letter } => note(records, &generation, letter),
        Work::ApplyRule(step) => lifecycle_step::apply(records, step, at, replication),
        Work::Replicate(change) => replicator.carry_out(records, &change, at),
        Work::Backfill(step) => replicator.continue_backfill(records, &step, at),
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
