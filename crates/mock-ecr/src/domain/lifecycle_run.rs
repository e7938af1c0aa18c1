//! Evaluates lifecycle policies: every day, and on request.
//!
//! An evaluation is one transaction. It decides what happens to which images, and schedules this as due work, in steps that `lifecycle_step` carries
//! out.

use std::collections::BTreeMap;

use crate::domain::due::{self, RuleStep, TakenImage, Work};
use crate::domain::error::RepositoryError;
use crate::domain::lifecycle_images;
use crate::domain::lifecycle_record::{PERIOD, PolicyRecord, next_evaluation, record_of};
use crate::domain::repositories::{Repositories, all_in};
use crate::domain::run::Run;
use crate::lifecycle::{Action, EvaluatedImage, LifecyclePolicy, Rule, evaluate, next_change};
use crate::store::{Generation, Snapshot, StoreError, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{RepositoryId, RepositoryName};

/// The number of images that the rules of a lifecycle policy have taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LifecycleRun {
    pub(crate) expired: usize,
    pub(crate) archived: usize,
}

impl Repositories {
    /// Evaluates the lifecycle policies of the repositories with a name, or of all. The times of the daily evaluations do not change. If the
    /// repositories are reset in the meantime, those of the new state are not evaluated.
    pub(crate) async fn run_lifecycle(
        &self,
        name: Option<RepositoryName>,
        now: Timestamp,
    ) -> Result<Vec<(RepositoryId, LifecycleRun)>, RepositoryError> {
        let run = self.begin_run(now).await?;
        self.run_due(now).await?;
        let mut runs = Vec::new();
        for id in self.with_lifecycle_policy(name).await? {
            self.require_running()?;
            match self.evaluate(&id, &run).await {
                Ok(evaluated) => runs.extend(evaluated.map(|evaluated| (id, evaluated))),
                // A request has deleted it in the meantime.
                Err(
                    RepositoryError::RepositoryNotFound(_)
                    | RepositoryError::LifecyclePolicyNotFound(_),
                ) => {}
                Err(error) => return Err(error),
            }
        }
        self.run_due(now).await?;
        Ok(runs)
    }

    /// Evaluates the lifecycle policy of a repository now. Due work carries out what the rules have decided.
    pub(crate) async fn start_lifecycle(
        &self,
        id: &RepositoryId,
        now: Timestamp,
    ) -> Result<LifecycleRun, RepositoryError> {
        let run = self.begin_run(now).await?;
        Ok(self.evaluate(id, &run).await?.unwrap_or_default())
    }

    /// Evaluates the lifecycle policy of a repository, unless it belongs to a new state.
    async fn evaluate(
        &self,
        id: &RepositoryId,
        run: &Run,
    ) -> Result<Option<LifecycleRun>, RepositoryError> {
        let (lookup, run) = (self.lookup(id), run.clone());
        let started = self.store.transact(move |records| {
            if run.is_obsolete(records.view())? {
                return Ok(None);
            }
            let now = run.now();
            let record = lookup.lifecycle_policy(records.view())?;
            let generation = lookup.generation(records.view())?;
            let evaluation = Evaluation::of(records, &generation, &record, now)?;
            record.evaluated_at(now).write(records, &generation);
            Ok(Some(evaluation.schedule(records, &generation, now)?))
        });
        started.await
    }

    /// Returns the repositories with a name, or all, that have a lifecycle policy, ordered by account, Region and name.
    async fn with_lifecycle_policy(
        &self,
        name: Option<RepositoryName>,
    ) -> Result<Vec<RepositoryId>, RepositoryError> {
        self.store
            .read(move |view| {
                let mut found = Vec::new();
                for (repository, generation) in all_in(view)? {
                    let is_named = name.as_ref().is_none_or(|name| repository.id.name == *name);
                    if is_named && view.contains(&generation.lifecycle_policy())? {
                        found.push(repository.id);
                    }
                }
                Ok(found)
            })
            .await
    }
}

/// Evaluates the policy of a repository at a time that is not later than `now`, and schedules the next evaluation.
pub(super) fn evaluate_daily(
    records: &mut Transaction<'_>,
    generation: &Generation,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), RepositoryError> {
    let record = record_of(records.view(), generation)?;
    let Some(record) = record.filter(|record| record.is_due_at(at)) else {
        return Ok(());
    };
    let evaluation = Evaluation::of(records, generation, &record, at)?;
    let days = match evaluation.decided.is_empty() {
        true => evaluation.days_without_change(records.view(), at, now)?,
        false => 1,
    };
    let last = at + PERIOD.saturating_mul(days - 1);
    let next = last + PERIOD;
    evaluation.schedule(records, generation, at)?;
    let record = record.evaluated_at(last);
    // The clock has an end.
    match next > at {
        true => record.schedule(records, generation, next),
        false => record.write(records, generation),
    }
    Ok(())
}

/// Schedules the first evaluation after `now`, because the one of the time `at` has failed. A policy that cannot be read is not evaluated before it
/// is set again.
pub(super) fn postpone(
    records: &mut Transaction<'_>,
    generation: &Generation,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let record: Option<PolicyRecord> = records.view().read_valid(&generation.lifecycle_policy())?;
    let next = at + PERIOD.saturating_mul(days(after(at, now)));
    if let Some(record) = record.filter(|record| record.is_due_at(at) && next > now) {
        record.schedule(records, generation, next);
    }
    Ok(())
}

/// What the rules of a policy have decided.
struct Evaluation {
    policy: LifecyclePolicy,
    images: Vec<EvaluatedImage>,
    /// The images that each rule takes, by the position of the rule.
    decided: BTreeMap<usize, Vec<TakenImage>>,
}

impl Evaluation {
    fn of(
        records: &Transaction<'_>,
        generation: &Generation,
        record: &PolicyRecord,
        at: Timestamp,
    ) -> Result<Self, RepositoryError> {
        let policy = record.policy()?;
        let images = lifecycle_images::all(records.view(), generation)?;
        let mut decided: BTreeMap<usize, Vec<TakenImage>> = BTreeMap::new();
        for decision in evaluate(&policy.rules, &images, at) {
            let taken = decided.entry(decision.rule).or_default();
            let image = &images[decision.image];
            taken.push(TakenImage {
                digest: image.digest.clone(),
                added_at_millis: image.added().as_millis(),
            });
        }
        Ok(Evaluation {
            policy,
            images,
            decided,
        })
    }

    /// Returns the number of days until the evaluation that can have another result, or the first one after `now`. Without this, a clock that is
    /// moved by years would cause thousands of evaluations. Other due work, such as the end of a restoration, can change the images.
    fn days_without_change(
        &self,
        view: &dyn Snapshot,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let after_now = after(at, now);
        if after_now <= 1 {
            return Ok(1);
        }
        let by_age = next_change(&self.policy.rules, &self.images, at);
        let changes = [by_age, due::next_change(view)?].into_iter().flatten();
        let until = changes.map(|change| (distance(at, change) + DAY - 1) / DAY);
        Ok(days(until.min().unwrap_or(after_now).min(after_now)))
    }

    /// Schedules the steps of each rule.
    fn schedule(
        self,
        records: &mut Transaction<'_>,
        generation: &Generation,
        at: Timestamp,
    ) -> Result<LifecycleRun, StoreError> {
        let mut run = LifecycleRun::default();
        if self.decided.is_empty() {
            return Ok(run);
        }
        let evaluation = next_evaluation(records, generation)?;
        for (rule, images) in self.decided {
            let rule: &Rule = &self.policy.rules[rule];
            match rule.action {
                Action::Expire => run.expired += images.len(),
                Action::Transition => run.archived += images.len(),
            }
            for (number, images) in images.chunks(IMAGES_OF_STEP).enumerate() {
                let step = RuleStep {
                    generation: generation.clone(),
                    rule: rule.document().clone(),
                    priority: rule.priority,
                    evaluation,
                    number,
                    images: images.iter().cloned().collect(),
                    subjects: Vec::new(),
                };
                due::schedule(records, at, &Work::ApplyRule(step));
            }
        }
        Ok(run)
    }
}

const DAY: i64 = 24 * 3600 * 1000;

fn distance(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millis().saturating_sub(from.as_millis())
}

/// Returns the number of days from an evaluation to the first one after `now`.
fn after(at: Timestamp, now: Timestamp) -> i64 {
    distance(at, now) / DAY + 1
}

fn days(number: i64) -> u32 {
    u32::try_from(number.max(1)).unwrap_or(u32::MAX)
}

/// The number of images of a step. A step has several transactions, which all write the rest of the step.
const IMAGES_OF_STEP: usize = 250;
