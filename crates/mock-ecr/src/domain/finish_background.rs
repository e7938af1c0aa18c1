//! Finishes work in the background before its time.
//!
//! Work that is scheduled for a later time is scheduled for the current time instead, with the end that its subject has recorded, and is then
//! carried out like all due work. Work of one time stays together, so that the order is the same.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::config::Background;
use crate::domain::archive;
use crate::domain::background::{BackgroundKind, BackgroundRun};
use crate::domain::due::{self, Due, Work};
use crate::domain::error::RepositoryError;
use crate::domain::replication;
use crate::domain::repositories::{Repositories, lookup_of};
use crate::domain::signing_state;
use crate::store::{Key, StoreError, Transaction};
use crate::types::timestamp::Timestamp;

impl Repositories {
    /// Finishes the work in the background that has these kinds, in the order of time, and then the work of these kinds that it has begun. The work
    /// sees the time `now`. Daily evaluations of lifecycle policies and the removal of old backfills are no such work.
    pub(crate) async fn finish_background(
        &self,
        kinds: &[BackgroundKind],
        now: Timestamp,
    ) -> Result<BackgroundRun, RepositoryError> {
        let run = self.begin_run(now).await?;
        self.run_due(now).await?;
        let span = self.span(kinds, now).await?;
        let (mut finished, mut last) = (BackgroundRun::default(), None);
        loop {
            self.require_running()?;
            let (span, current, after) = (span.clone(), run.clone(), last.clone());
            let moved =
                self.store
                    .transact(move |records| match current.is_obsolete(records.view())? {
                        true => Ok(None),
                        false => bring_forward(records, &span, after.as_ref()),
                    });
            match moved.await? {
                Some((moved, key)) => {
                    finished.join(moved);
                    last = Some(key);
                    self.run_due(now).await?;
                }
                None if last.is_none() => break,
                // The finished work can have begun other work at earlier times.
                None => last = None,
            }
        }
        if kinds.contains(&BackgroundKind::LifecyclePreview) {
            let previews = self.finish_previews(&run).await?;
            finished.add(BackgroundKind::LifecyclePreview, previews);
        }
        if kinds.contains(&BackgroundKind::Scan) {
            finished.add(BackgroundKind::Scan, self.finish_scans(&run).await?);
        }
        Ok(finished)
    }

    /// Returns the work that a run at a time finishes.
    pub(super) async fn span(
        &self,
        kinds: &[BackgroundKind],
        now: Timestamp,
    ) -> Result<Span, RepositoryError> {
        let durations = self.background;
        let ends = kinds
            .iter()
            .map(|kind| (*kind, now + kind.duration(&durations)));
        let shortest = Span {
            now,
            ends: ends.collect(),
        };
        let span = self.store.read(move |view| {
            let mut span = shortest.clone();
            due::each_after(view, None, |due| {
                let kind = due.work.background_kind();
                let mut ends = span.ends.iter_mut();
                if let Some((_, end)) = ends.find(|(one, _)| Some(*one) == kind) {
                    *end = due.at.max(*end);
                }
                Ok(ControlFlow::Continue(()))
            })?;
            Ok::<_, StoreError>(span)
        });
        Ok(span.await?)
    }
}

/// The work that a run finishes: that of some kinds, up to an end. Clients can begin other work during the run, so that it would otherwise not end.
///
/// Work that finished work begins has begun at the time of the run, and ends after the duration of its kind. Work that was in progress before can end
/// later if the durations of an earlier configuration were longer.
#[derive(Clone)]
pub(super) struct Span {
    pub(super) now: Timestamp,
    pub(super) ends: Vec<(BackgroundKind, Timestamp)>,
}

impl Span {
    /// Returns the kind of work that the run finishes.
    fn kind_of(&self, due: &Due) -> Option<BackgroundKind> {
        let kind = due.work.background_kind()?;
        let (_, end) = self.ends.iter().find(|(one, _)| *one == kind)?;
        (due.at <= *end).then_some(kind)
    }
}

impl BackgroundKind {
    fn duration(self, durations: &Background) -> Duration {
        match self {
            BackgroundKind::Backfill | BackgroundKind::Replication => durations.replication_delay,
            BackgroundKind::LifecyclePreview => durations.lifecycle_preview_duration,
            BackgroundKind::Restoration => durations.restore_duration,
            BackgroundKind::Scan => durations.scan_duration,
            BackgroundKind::Signature => durations.signing_duration,
        }
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
pub(super) fn bring_forward(
    records: &mut Transaction<'_>,
    span: &Span,
    after: Option<&Key>,
) -> Result<Option<(BackgroundRun, Key)>, RepositoryError> {
    let now = span.now;
    let is_selected = |due: &Due| span.kind_of(due).is_some();
    let next = due::next_after(records.view(), now, after, is_selected)?;
    let (mut run, mut last) = (BackgroundRun::default(), None);
    for due in next {
        if let Some(kind) = span.kind_of(&due)
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
