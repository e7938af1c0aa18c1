//! Previews of lifecycle policies: what a policy would do to the images of a repository.
//!
//! A preview is evaluated when it is started. Its results can be read when its duration has passed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::domain::lifecycle_images;
use crate::domain::listing::Tagged;
use crate::domain::repositories::{Repositories, all_in};
use crate::domain::repository::Lookup;
use crate::domain::run::Run;
use crate::domain::selection::Selection;
use crate::lifecycle::{Action, Decision, EvaluatedImage, LifecyclePolicy, StorageClass, evaluate};
use crate::store::{Generation, Snapshot, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId, Tag};

/// A preview, or a page of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LifecyclePreview {
    /// The text of the policy, as it was sent.
    pub(crate) text: String,
    pub(crate) status: PreviewStatus,
    /// The results with their positions. Empty unless the preview is complete. `[ASSUME]`
    pub(crate) results: Vec<(usize, PreviewResult)>,
    pub(crate) summary: PreviewSummary,
    /// The number of the preview among those of the repository.
    pub(crate) number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PreviewStatus {
    InProgress,
    Complete,
    Expired,
}

/// An image that a rule takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviewResult {
    pub(crate) digest: Digest,
    pub(crate) tags: Vec<Tag>,
    pushed_at_millis: i64,
    is_archived: bool,
    is_transition: bool,
    pub(crate) priority: u64,
}

/// The number of images that would be expired or archived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviewSummary {
    pub(crate) expiring: usize,
    pub(crate) transitioning: usize,
}

/// The results that a request reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PreviewPage {
    /// At most `limit` results that follow the position `after`.
    Following { after: Option<usize>, limit: usize },
    /// The results of these images.
    Of(Vec<Selection>),
}

/// The record of a preview. The results are in records of their own.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct PreviewRecord {
    text: String,
    complete_at_millis: i64,
    summary: PreviewSummary,
    #[serde(default)]
    number: u64,
}

/// The time for which the results of a preview can be read. `[ASSUME]`
const RETENTION: Duration = Duration::from_secs(24 * 3600);

/// The number of results in a record.
const RESULTS_OF_RECORD: usize = 250;

impl Repositories {
    /// Starts a preview of a policy, and replaces the previous preview. `text` is the text of the policy as it was sent. Without a policy, the one of
    /// the repository is used. Returns the text.
    pub(crate) async fn start_lifecycle_preview(
        &self,
        id: &RepositoryId,
        policy: Option<(String, LifecyclePolicy)>,
        now: Timestamp,
    ) -> Result<String, RepositoryError> {
        let lookup = self.lookup(id);
        let complete = now + self.background.lifecycle_preview_duration;
        self.store
            .transact(move |records| {
                let generation = lookup.generation(records.view())?;
                let (text, policy) = match policy.clone() {
                    Some(policy) => policy,
                    None => {
                        let stored = lookup.lifecycle_policy(records.view())?;
                        (stored.text.clone(), stored.policy()?)
                    }
                };
                let previous = existing(records.view(), &generation)?;
                let number = previous.as_ref().map_or(0, |previous| previous.number + 1);
                if previous.is_some_and(|one| one.status(now) == PreviewStatus::InProgress) {
                    let id = lookup.id.clone();
                    return Err(RepositoryError::LifecyclePreviewInProgress(id));
                }
                let results = results_of(records.view(), &generation, &policy, now)?;
                replace(records, &generation, &results)?;
                let record = PreviewRecord {
                    text: text.clone(),
                    complete_at_millis: complete.as_millis(),
                    summary: PreviewSummary::of(&results),
                    number,
                };
                records.write(&generation.lifecycle_preview(), &record);
                Ok(text)
            })
            .await
    }

    /// Returns the results of the last preview.
    pub(crate) async fn lifecycle_preview(
        &self,
        id: &RepositoryId,
        page: PreviewPage,
        only: Option<Tagged>,
        now: Timestamp,
    ) -> Result<LifecyclePreview, RepositoryError> {
        let lookup = self.lookup(id);
        self.store
            .read(move |view| {
                let generation = lookup.generation(view)?;
                let record = lookup.preview(view, &generation)?;
                let status = record.status(now);
                let results = match status {
                    PreviewStatus::Complete => page.read(view, &generation, only)?,
                    PreviewStatus::InProgress | PreviewStatus::Expired => Vec::new(),
                };
                Ok(LifecyclePreview {
                    text: record.text,
                    status,
                    results,
                    summary: record.summary,
                    number: record.number,
                })
            })
            .await
    }
}

impl Repositories {
    /// Completes the previews that are in progress, and returns their number.
    pub(super) async fn finish_previews(&self, run: &Run) -> Result<usize, RepositoryError> {
        let run = run.clone();
        let finished = self.store.transact(move |records| {
            let (mut number, now) = (0, run.now());
            if run.is_obsolete(records.view())? {
                return Ok(number);
            }
            for (_, generation) in all_in(records.view())? {
                let record = existing(records.view(), &generation)?;
                if let Some(record) =
                    record.filter(|one| one.status(now) == PreviewStatus::InProgress)
                {
                    let record = PreviewRecord {
                        complete_at_millis: now.as_millis(),
                        ..record
                    };
                    records.write(&generation.lifecycle_preview(), &record);
                    number += 1;
                }
            }
            Ok(number)
        });
        finished.await
    }
}

impl Lookup {
    fn preview(
        &self,
        view: &dyn Snapshot,
        generation: &Generation,
    ) -> Result<PreviewRecord, RepositoryError> {
        let record = existing(view, generation)?;
        record.ok_or_else(|| RepositoryError::LifecyclePreviewNotFound(self.id.clone()))
    }
}

fn existing(
    view: &dyn Snapshot,
    generation: &Generation,
) -> Result<Option<PreviewRecord>, RepositoryError> {
    Ok(view.read(&generation.lifecycle_preview())?)
}

impl PreviewRecord {
    fn status(&self, now: Timestamp) -> PreviewStatus {
        let complete = Timestamp::from_millis(self.complete_at_millis);
        if now < complete {
            PreviewStatus::InProgress
        } else if now < complete + RETENTION {
            PreviewStatus::Complete
        } else {
            PreviewStatus::Expired
        }
    }
}

pub(super) fn results_of(
    view: &dyn Snapshot,
    generation: &Generation,
    policy: &LifecyclePolicy,
    now: Timestamp,
) -> Result<Vec<PreviewResult>, RepositoryError> {
    let images = lifecycle_images::all(view, generation)?;
    let decisions = evaluate(&policy.rules, &images, now).into_iter();
    let result = |Decision { image, rule }| PreviewResult {
        is_transition: policy.rules[rule].action == Action::Transition,
        priority: policy.rules[rule].priority,
        ..PreviewResult::of(&images[image])
    };
    Ok(decisions.map(result).collect())
}

fn replace(
    records: &mut Transaction<'_>,
    generation: &Generation,
    results: &[PreviewResult],
) -> Result<(), RepositoryError> {
    let folder = generation.preview_results();
    for key in records.view().keys(&folder, None, usize::MAX)? {
        records.remove(&key);
    }
    for (index, results) in results.chunks(RESULTS_OF_RECORD).enumerate() {
        records.write(&generation.preview_result(index), &results);
    }
    Ok(())
}

impl PreviewResult {
    fn of(image: &EvaluatedImage) -> Self {
        PreviewResult {
            digest: image.digest.clone(),
            tags: image.tags.clone(),
            pushed_at_millis: image.pushed.as_millis(),
            is_archived: image.class == StorageClass::Archive,
            is_transition: false,
            priority: 0,
        }
    }

    pub(crate) fn pushed(&self) -> Timestamp {
        Timestamp::from_millis(self.pushed_at_millis)
    }

    pub(crate) fn class(&self) -> StorageClass {
        match self.is_archived {
            true => StorageClass::Archive,
            false => StorageClass::Standard,
        }
    }

    pub(crate) fn action(&self) -> Action {
        match self.is_transition {
            true => Action::Transition,
            false => Action::Expire,
        }
    }

    fn is_selected_by(&self, selection: &Selection) -> bool {
        match selection {
            Selection::Digest(digest) => self.digest == *digest,
            Selection::Tag(tag) => self.tags.contains(tag),
            Selection::Both(digest, tag) => self.digest == *digest && self.tags.contains(tag),
        }
    }
}

impl PreviewSummary {
    fn of(results: &[PreviewResult]) -> Self {
        let transitioning = results.iter().filter(|one| one.is_transition).count();
        PreviewSummary {
            expiring: results.len() - transitioning,
            transitioning,
        }
    }
}

impl PreviewPage {
    fn read(
        &self,
        view: &dyn Snapshot,
        generation: &Generation,
        only: Option<Tagged>,
    ) -> Result<Vec<(usize, PreviewResult)>, RepositoryError> {
        let (first, limit) = match self {
            PreviewPage::Following { after, limit } => (after.map_or(0, |after| after + 1), *limit),
            PreviewPage::Of(_) => (0, usize::MAX),
        };
        let mut page = Vec::new();
        for record in first / RESULTS_OF_RECORD.. {
            let key = generation.preview_result(record);
            let Some(results) = view.read::<Vec<PreviewResult>>(&key)? else {
                break;
            };
            let positions = record * RESULTS_OF_RECORD..;
            let results = positions.zip(results);
            page.extend(results.filter(|(position, result)| {
                *position >= first && self.contains(result) && has_tags(result, only)
            }));
            if page.len() >= limit {
                break;
            }
        }
        page.truncate(limit);
        Ok(page)
    }

    fn contains(&self, result: &PreviewResult) -> bool {
        match self {
            PreviewPage::Following { .. } => true,
            PreviewPage::Of(images) => images.iter().any(|image| result.is_selected_by(image)),
        }
    }
}

fn has_tags(result: &PreviewResult, only: Option<Tagged>) -> bool {
    match only {
        None => true,
        Some(Tagged::Yes) => !result.tags.is_empty(),
        Some(Tagged::No) => result.tags.is_empty(),
    }
}
