//! Due work: changes of the state that happen by themselves at a time of the mock's clock.
//!
//! A record of due work contains what is to be done, and its key contains the time. The folder of these records is therefore in the order of
//! time. `run_due` carries the work out before the next request is executed. A kind of work is a variant of [`Work`]; the function that carries it
//! out is in the module of its subject.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::domain::replication::{BackfillStep, ReplicaChange};
use crate::lifecycle::RuleDocument;
use crate::store::{Folder, Generation, Key, Snapshot, StoreError, Transaction, parse};
use crate::types::Digest;
use crate::types::timestamp::Timestamp;

/// Work on the content of one repository, or on a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Work {
    /// The end of the restoration of an image.
    Activate {
        generation: Generation,
        image: Digest,
    },
    /// Work of a test: appends a letter to a record.
    #[cfg(all(test, feature = "file-store"))]
    Note {
        generation: Generation,
        letter: char,
    },
    /// The end of the signature of an image by a signing profile.
    Sign {
        generation: Generation,
        image: Digest,
        profile: String,
    },
    /// The daily evaluation of a lifecycle policy.
    EvaluateLifecycle { generation: Generation },
    /// The action of a rule of a lifecycle policy on some images.
    ApplyRule(RuleStep),
    /// The replication of an image, or of its deletion, to another registry.
    Replicate(ReplicaChange),
    /// A step of a replication backfill of a registry.
    Backfill(BackfillStep),
}

/// The action of a rule of a lifecycle policy on some images, which were chosen at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RuleStep {
    pub(super) generation: Generation,
    pub(super) rule: RuleDocument,
    pub(super) priority: u64,
    /// The number of the step among those of the rule.
    pub(super) number: usize,
    /// The images that the rule takes, the oldest first.
    pub(super) images: VecDeque<Digest>,
    /// Images whose subject was expired or archived.
    pub(super) referrers: Vec<Digest>,
}

impl Work {
    /// The repository that the work changes or reads. If it was deleted in the meantime, the work is dropped. `None` if it is the work of a
    /// registry.
    pub(super) fn generation(&self) -> Option<&Generation> {
        Some(match self {
            Work::Activate { generation, .. }
            | Work::Sign { generation, .. }
            | Work::EvaluateLifecycle { generation } => generation,
            Work::ApplyRule(step) => &step.generation,
            Work::Replicate(change) => &change.generation,
            Work::Backfill(_) => return None,
            #[cfg(all(test, feature = "file-store"))]
            Work::Note { generation, .. } => generation,
        })
    }

    /// Returns the name of the work among all work of one time. Work with the same name replaces this work.
    fn name(&self) -> String {
        let generation = self.generation().map_or("", Generation::as_str);
        match self {
            Work::Activate { image, .. } => format!("{generation} activate {image}"),
            Work::Sign { image, profile, .. } => format!("{generation} sign {image} {profile}"),
            Work::EvaluateLifecycle { .. } => format!("{generation} lifecycle"),
            #[cfg(all(test, feature = "file-store"))]
            Work::Note { letter, .. } => format!("{generation} note {letter}"),
            Work::ApplyRule(step) => {
                let RuleStep {
                    priority, number, ..
                } = step;
                format!("{generation} rule {priority:020} {number:06}")
            }
            Work::Replicate(change) => format!("{generation} {change}"),
            Work::Backfill(step) => step.to_string(),
        }
    }
}

/// Work, and the time and the key of its record.
pub(super) struct Due {
    pub(super) key: Key,
    pub(super) at: Timestamp,
    pub(super) work: Work,
}

impl Due {
    /// Returns the time at which work is done that is due at `at`. The times of keys begin in 1970.
    pub(super) fn time(at: Timestamp) -> Timestamp {
        at.max(Timestamp::from_millis(0))
    }
}

pub(super) fn schedule(records: &mut Transaction<'_>, at: Timestamp, work: &Work) {
    records.write(&Key::due(at, &work.name()), work);
}

/// Removes work that has not been done.
pub(super) fn cancel(records: &mut Transaction<'_>, at: Timestamp, work: &Work) {
    records.remove(&Key::due(at, &work.name()));
}

/// Returns whether work is due at a time. Reads at most one key.
pub(super) fn is_due(view: &dyn Snapshot, now: Timestamp) -> Result<bool, StoreError> {
    let first = view.keys(&Folder::all_due(), None, 1)?;
    Ok(first.first().is_some_and(|key| has_time(key, now)))
}

/// Returns the first work that is due at a time.
pub(super) fn first(view: &dyn Snapshot, now: Timestamp) -> Result<Option<Due>, RepositoryError> {
    let mut first = view.page(&Folder::all_due(), None, 1)?;
    let Some((key, bytes)) = first.pop().filter(|(key, _)| has_time(key, now)) else {
        return Ok(None);
    };
    let at = key
        .due_time()
        .ok_or_else(|| RepositoryError::InvalidKey(key.clone()))?;
    let work = parse(&key, &bytes)?;
    Ok(Some(Due { key, at, work }))
}

/// A key without a time is due, so that its error is reported.
fn has_time(key: &Key, now: Timestamp) -> bool {
    key.due_time().is_none_or(|at| at <= now)
}

/// Removes all work but that of the repositories that `is_kept` selects.
pub(super) fn clear(
    records: &mut Transaction<'_>,
    is_kept: impl Fn(&Generation) -> bool,
) -> Result<(), RepositoryError> {
    for (key, bytes) in records.view().page(&Folder::all_due(), None, usize::MAX)? {
        let work: Work = parse(&key, &bytes)?;
        if !work.generation().is_some_and(&is_kept) {
            records.remove(&key);
        }
    }
    Ok(())
}
