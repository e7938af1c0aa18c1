//! Due work: changes of the state that happen by themselves at a time of the mock's clock.
//!
//! A record of due work contains what is to be done, and its key contains the time. The folder of these records is therefore in the order of
//! time. `run_due` carries the work out before the next request is executed. A kind of work is a variant of [`Work`]; the function that carries it
//! out is in the module of its subject.

use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::domain::replication::{BackfillStep, ReplicaChange};
use crate::lifecycle::RuleDocument;
use crate::store::{Folder, Generation, Key, Record, Snapshot, StoreError, Transaction, parse};
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
    /// The number of the evaluation among those of the repository. Two evaluations at the same time have steps of their own.
    pub(super) evaluation: u64,
    /// The number of the step among those of the rule.
    pub(super) number: usize,
    /// The images that the rule takes, the oldest first.
    pub(super) images: VecDeque<TakenImage>,
    /// The images that were expired or archived and whose referrers follow them.
    pub(super) subjects: Vec<Subject>,
}

/// An image that a rule has taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TakenImage {
    pub(super) digest: Digest,
    /// When it was pushed or last restored.
    pub(super) added_at_millis: i64,
}

/// An image that was expired or archived, and the last of its referrers that has followed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Subject {
    pub(super) digest: Digest,
    pub(super) last: Option<Digest>,
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

    /// Returns the name of the work among all work of one time. Work with the same name replaces this work. A name begins with the generation and a
    /// space.
    fn name(&self) -> String {
        let generation = self.generation().map_or("", Generation::as_str);
        match self {
            Work::Activate { image, .. } => format!("{generation} activate {image}"),
            Work::Sign { image, profile, .. } => format!("{generation} sign {image} {profile}"),
            Work::EvaluateLifecycle { .. } => format!("{generation} {EVALUATION}"),
            #[cfg(all(test, feature = "file-store"))]
            Work::Note { letter, .. } => format!("{generation} note {letter}"),
            Work::ApplyRule(step) => {
                let RuleStep {
                    priority,
                    evaluation,
                    number,
                    ..
                } = step;
                format!("{generation} rule {evaluation:020} {priority:020} {number:06}")
            }
            Work::Replicate(change) => format!("{generation} {change}"),
            Work::Backfill(step) => step.to_string(),
        }
    }
}

/// The name of a daily evaluation after its generation.
const EVALUATION: &str = "lifecycle";

/// Work, and the time and the key of its record.
pub(super) struct Due {
    pub(super) key: Key,
    pub(super) at: Timestamp,
    pub(super) work: Work,
}

impl Due {
    /// Parses the record of work.
    pub(super) fn parse((key, bytes): Record) -> Result<Self, RepositoryError> {
        let at = key.due_time();
        let at = at.ok_or_else(|| RepositoryError::InvalidKey(key.clone()))?;
        let work = parse(&key, &bytes)?;
        Ok(Due { key, at, work })
    }
}

pub(super) fn schedule(records: &mut Transaction<'_>, at: Timestamp, work: &Work) {
    records.write(&Key::due(at, &work.name()), work);
}

/// Removes work that has not been done.
pub(super) fn cancel(records: &mut Transaction<'_>, at: Timestamp, work: &Work) {
    records.remove(&Key::due(at, &work.name()));
}

/// Returns whether work is due at a time. Reads one key if none is.
pub(super) fn is_due(view: &dyn Snapshot, now: Timestamp) -> Result<bool, StoreError> {
    Ok(first_key(view, now)?.is_some())
}

/// Returns the record of the first work that is due at a time.
pub(super) fn first(view: &dyn Snapshot, now: Timestamp) -> Result<Option<Record>, StoreError> {
    let Some(key) = first_key(view, now)? else {
        return Ok(None);
    };
    let bytes = view.get(&key)?;
    Ok(bytes.map(|bytes| (key, bytes)))
}

fn first_key(view: &dyn Snapshot, now: Timestamp) -> Result<Option<Key>, StoreError> {
    let (mut after, mut unpublished) = (None, UnpublishedRepositories::default());
    // Usually, no repository is being created.
    let mut limit = 1;
    loop {
        let keys = view.keys(&Folder::all_due(), after.as_deref(), limit)?;
        if keys.is_empty() {
            return Ok(None);
        }
        after = keys.last().map(name_in_all);
        limit = PAGE;
        for key in keys {
            if !has_time(&key, now) {
                return Ok(None);
            }
            if !unpublished.has(view, &key)? {
                return Ok(Some(key));
            }
        }
    }
}

/// The repositories that are still being created. A reset or a start creates them at another time than that of requests, and their work is carried
/// out after their publication.
#[derive(Default)]
struct UnpublishedRepositories(HashMap<String, bool>);

impl UnpublishedRepositories {
    /// Returns whether work belongs to such a repository. Each repository is read once.
    fn has(&mut self, view: &dyn Snapshot, key: &Key) -> Result<bool, StoreError> {
        let Some(generation) = generation_of(key) else {
            return Ok(false);
        };
        if let Some(known) = self.0.get(generation.as_str()) {
            return Ok(*known);
        }
        let found = view.contains(&Key::unpublished(&generation))?;
        self.0.insert(generation.as_str().to_owned(), found);
        Ok(found)
    }
}

/// Returns the repository that the key of a record names. The record can be invalid.
fn generation_of(key: &Key) -> Option<Generation> {
    let (generation, _) = key.name().split_once(' ')?;
    (!generation.is_empty()).then(|| Generation::new(generation.to_owned()))
}

/// Returns the work for which `is_selected` is true and that is due at the first time after `now` and after the key `after`, in order. Invalid
/// records are passed over.
pub(super) fn next_after(
    view: &dyn Snapshot,
    now: Timestamp,
    after: Option<&Key>,
    is_selected: impl Fn(&Due) -> bool,
) -> Result<Vec<Due>, StoreError> {
    let (mut found, mut unpublished): (Vec<Due>, _) =
        (Vec::new(), UnpublishedRepositories::default());
    each_after(view, after, |due| {
        if found.first().is_some_and(|first| first.at != due.at) {
            return Ok(ControlFlow::Break(()));
        }
        let is_later = due.at > now && is_selected(&due);
        if is_later && !unpublished.has(view, &due.key)? {
            found.push(due);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Calls a function with the work after a key, in the order of time, until it ends this. Invalid records are passed over.
pub(super) fn each_after(
    view: &dyn Snapshot,
    after: Option<&Key>,
    mut visit: impl FnMut(Due) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    let mut after = after.map(name_in_all);
    loop {
        let page = view.page(&Folder::all_due(), after.as_deref(), PAGE)?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|(key, _)| name_in_all(key));
        for due in page
            .into_iter()
            .filter_map(|record| Due::parse(record).ok())
        {
            if visit(due)?.is_break() {
                return Ok(());
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

/// The number of records that are read at once.
const PAGE: usize = 100;

/// Returns the name of a key in the folder of all due work.
fn name_in_all(key: &Key) -> String {
    let time = key.parts().nth(1).unwrap_or_default();
    Folder::name_below(time, key.name())
}

/// A key without a time is due, so that it is removed.
fn has_time(key: &Key, now: Timestamp) -> bool {
    key.due_time().is_none_or(|at| at <= now)
}

/// Returns the time of the first work that changes images, or an earlier time. An evaluation does not change them: its steps do.
pub(super) fn next_change(view: &dyn Snapshot) -> Result<Option<Timestamp>, StoreError> {
    let keys = view.keys(&Folder::all_due(), None, MAX_EVALUATIONS)?;
    let mut changes = keys.iter().filter(|key| evaluated(key).is_none());
    let read = keys.last().filter(|_| keys.len() >= MAX_EVALUATIONS);
    Ok(changes.next().or(read).and_then(Key::due_time))
}

/// The number of evaluations that [`next_change`] passes over.
const MAX_EVALUATIONS: usize = 1000;

/// Returns the repository whose daily evaluation the key of a record names. The record can be invalid.
pub(super) fn evaluated(key: &Key) -> Option<Generation> {
    let (generation, name) = key.name().split_once(' ')?;
    (name == EVALUATION).then(|| Generation::new(generation.to_owned()))
}

/// Removes all work but that of the repositories that `is_kept` selects. The records can be invalid.
pub(super) fn clear(
    records: &mut Transaction<'_>,
    is_kept: impl Fn(&dyn Snapshot, &Generation) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    for key in records.view().keys(&Folder::all_due(), None, usize::MAX)? {
        let is_kept = match generation_of(&key) {
            Some(generation) => is_kept(records.view(), &generation)?,
            None => false,
        };
        if !is_kept {
            records.remove(&key);
        }
    }
    Ok(())
}
