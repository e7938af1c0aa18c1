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
use crate::store::{Key, Transaction};
use crate::types::timestamp::Timestamp;

impl Repositories {
    /// Finishes the work in the background that has these kinds, in the order of time, and then the work of these kinds that it has begun. The work
    /// sees the time `now`. Daily evaluations of lifecycle policies and the removal of old backfills are no such work.
    pub(crate) async fn finish_background(
        &self,
        kinds: &[BackgroundKind],
        now: Timestamp,
    ) -> Result<BackgroundRun, RepositoryError> {
        self.run_due(now).await?;
        let (mut run, present) = (BackgroundRun::default(), self.present(now));
        let mut last = None;
        loop {
            let (kinds, present, after) = (kinds.to_vec(), present.clone(), last.clone());
            let moved = self
                .store
                .transact(move |records| match present.is_set_back() {
                    true => Ok(None),
                    false => bring_forward(records, &kinds, now, after.as_ref()),
                });
            match moved.await? {
                Some((moved, key)) => {
                    run.join(moved);
                    last = Some(key);
                    self.run_due(now).await?;
                }
                None if last.is_none() => break,
                // The finished work can have begun other work at earlier times.
                None => last = None,
            }
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

/// Schedules the work of the next time after a key for `now`. Returns how much this is, and the last key, or `None` if there is no work of these
/// kinds. To begin at the first key each time would take a time that is quadratic in the number of works of other kinds.
fn bring_forward(
    records: &mut Transaction<'_>,
    kinds: &[BackgroundKind],
    now: Timestamp,
    after: Option<&Key>,
) -> Result<Option<(BackgroundRun, Key)>, RepositoryError> {
    let kind_of = |work: &Work| work.background_kind().filter(|kind| kinds.contains(kind));
    let next = due::next_after(records.view(), now, after, |work| kind_of(work).is_some())?;
    let (mut run, mut last) = (BackgroundRun::default(), None);
    for due in next {
        if let Some(kind) = kind_of(&due.work)
            && move_to(records, &due, now)?
        {
            run.add(kind, 1);
        }
        last = Some(due.key);
        if records.is_long() {
            break;
        }
    }
    Ok(last.map(|last| (run, last)))
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
