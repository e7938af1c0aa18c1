//! Finishes work in the background before its time.
//!
//! Work that is scheduled for a later time is scheduled for the current time instead, with the end that its subject has recorded, and is then
//! carried out like all due work. Work of one time stays together, so that the order is the same.

use crate::domain::archive;
use crate::domain::background::{BackgroundKind, BackgroundRun};
use crate::domain::due::{self, Due, Work};
use crate::domain::error::RepositoryError;
use crate::domain::replication;
use crate::domain::repositories::{Repositories, lookup_of};
use crate::domain::signing_state;
use crate::store::Transaction;
use crate::types::timestamp::Timestamp;

impl Repositories {
    /// Finishes the work in the background that has these kinds, and the work of these kinds that it begins, in the order of time. The work sees
    /// the time `now`. Daily evaluations of lifecycle policies and the removal of old backfills are no such work.
    pub(crate) async fn finish_background(
        &self,
        kinds: &[BackgroundKind],
        now: Timestamp,
    ) -> Result<BackgroundRun, RepositoryError> {
        self.run_due(now).await?;
        let (mut run, present) = (BackgroundRun::default(), self.present(now));
        loop {
            let (kinds, present) = (kinds.to_vec(), present.clone());
            let moved = self
                .store
                .transact(move |records| match present.is_set_back() {
                    true => Ok(None),
                    false => bring_forward(records, &kinds, now),
                });
            match moved.await? {
                Some(moved) => run.join(moved),
                None => break,
            }
            self.run_due(now).await?;
        }
        if kinds.contains(&BackgroundKind::LifecyclePreview) {
            let previews = self.finish_previews(&present).await?;
            run.add(BackgroundKind::LifecyclePreview, previews);
        }
        if kinds.contains(&BackgroundKind::Scan) {
            run.add(BackgroundKind::Scan, self.finish_scans(&present).await?);
        }
        Ok(run)
    }
}

impl Work {
    /// Returns the kind of work in the background.
    fn background_kind(&self) -> Option<BackgroundKind> {
        match self {
            Work::Activate { .. } => Some(BackgroundKind::Restoration),
            Work::Sign { .. } => Some(BackgroundKind::Signature),
            Work::Replicate(_) => Some(BackgroundKind::Replication),
            Work::Backfill(step) if !step.is_removal() => Some(BackgroundKind::Backfill),
            Work::Backfill(_) | Work::EvaluateLifecycle { .. } | Work::ApplyRule(_) => None,
            #[cfg(all(test, feature = "file-store"))]
            Work::Note { .. } => None,
        }
    }
}

/// Schedules the work of the next time for `now`. Returns how much this is, or `None` if there is no work of these kinds.
fn bring_forward(
    records: &mut Transaction<'_>,
    kinds: &[BackgroundKind],
    now: Timestamp,
) -> Result<Option<BackgroundRun>, RepositoryError> {
    let kind_of = |work: &Work| work.background_kind().filter(|kind| kinds.contains(kind));
    let next = due::next_after(records.view(), now, |work| kind_of(work).is_some())?;
    if next.is_empty() {
        return Ok(None);
    }
    let mut run = BackgroundRun::default();
    for due in next {
        if let Some(kind) = kind_of(&due.work)
            && move_to(records, &due, now)?
        {
            run.add(kind, 1);
        }
        if records.is_long() {
            break;
        }
    }
    Ok(Some(run))
}

/// Schedules work for `now`, with the end that its subject has recorded. Returns `false` if the work would do nothing, because its subject was
/// changed or deleted.
fn move_to(
    records: &mut Transaction<'_>,
    due: &Due,
    now: Timestamp,
) -> Result<bool, RepositoryError> {
    records.remove(&due.key);
    if let Some(generation) = due.work.generation()
        && lookup_of(records.view(), generation)?.is_none()
    {
        return Ok(false);
    }
    let is_current = match &due.work {
        Work::Activate { generation, image } => {
            archive::move_restoration(records, generation, image, (due.at, now))?
        }
        Work::Sign {
            generation,
            image,
            profile,
        } => signing_state::move_end(records, generation, image, profile, (due.at, now))?,
        Work::Replicate(change) => {
            replication::move_end(records, change, (due.at, now))?;
            true
        }
        _ => true,
    };
    if is_current {
        due::schedule(records, now, &due.work);
    }
    Ok(is_current)
}
