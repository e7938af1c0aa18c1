//! Evaluates lifecycle policies: every day, and on request.
//!
//! An evaluation is one transaction. It decides what happens to which images, and schedules this as due work, in steps that `lifecycle_step` carries
//! out.

use std::collections::BTreeMap;

use crate::domain::due::{self, Due, RuleStep, Work};
use crate::domain::error::RepositoryError;
use crate::domain::lifecycle_images;
use crate::domain::lifecycle_policy::{PERIOD, PolicyRecord, record_of};
use crate::domain::repositories::{Repositories, all_in};
use crate::lifecycle::{Action, EvaluatedImage, LifecyclePolicy, Rule, evaluate, next_change};
use crate::store::{Generation, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId};

/// The number of images that the rules of a lifecycle policy have taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LifecycleRun {
    pub(crate) expired: usize,
    pub(crate) archived: usize,
}

impl Repositories {
    /// Evaluates the lifecycle policy of a repository now. The times of the daily evaluations do not change.
    pub(crate) async fn start_lifecycle(
        &self,
        id: &RepositoryId,
        now: Timestamp,
    ) -> Result<LifecycleRun, RepositoryError> {
        let (lookup, at) = (self.lookup(id), Due::time(now));
        let started = self.store.transact(move |records| {
            let record = lookup.lifecycle_policy(records.view())?;
            let generation = lookup.generation(records.view())?;
            let evaluation = Evaluation::of(records, &generation, &record, at)?;
            record.evaluated_at(at).write(records, &generation);
            Ok(evaluation.schedule(records, &generation, at))
        });
        started.await
    }

    /// Returns the repositories that have a lifecycle policy, ordered by account, Region and name.
    pub(crate) async fn with_lifecycle_policy(&self) -> Result<Vec<RepositoryId>, RepositoryError> {
        self.store
            .read(|view| {
                let mut found = Vec::new();
                for (repository, generation) in all_in(view)? {
                    if view.contains(&generation.lifecycle_policy())? {
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
        true => evaluation.days_without_change(at, now),
        false => 1,
    };
    let last = at + PERIOD.saturating_mul(days - 1);
    let next = last + PERIOD;
    evaluation.schedule(records, generation, at);
    let record = record.evaluated_at(last);
    // The clock has an end.
    match next > at {
        true => record.schedule(records, generation, next),
        false => record.write(records, generation),
    }
    Ok(())
}

/// What the rules of a policy have decided.
struct Evaluation {
    policy: LifecyclePolicy,
    images: Vec<EvaluatedImage>,
    /// The images that each rule takes, by the position of the rule.
    decided: BTreeMap<usize, Vec<Digest>>,
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
        let mut decided: BTreeMap<usize, Vec<Digest>> = BTreeMap::new();
        for decision in evaluate(&policy.rules, &images, at) {
            let taken = decided.entry(decision.rule).or_default();
            taken.push(images[decision.image].digest.clone());
        }
        Ok(Evaluation {
            policy,
            images,
            decided,
        })
    }

    /// Returns the number of days until the evaluation that can have another result, or the first one after `now`. Without this, a clock that is
    /// moved by years would cause thousands of evaluations.
    fn days_without_change(&self, at: Timestamp, now: Timestamp) -> u32 {
        let period = i64::try_from(PERIOD.as_millis()).unwrap_or(i64::MAX);
        let distance = |to: Timestamp| to.as_millis().saturating_sub(at.as_millis());
        let after_now = distance(now) / period + 1;
        let change = next_change(&self.policy.rules, &self.images, at);
        let until_change = change.map(|change| (distance(change) + period - 1) / period);
        let days = until_change.map_or(after_now, |days| days.min(after_now));
        u32::try_from(days.max(1)).unwrap_or(u32::MAX)
    }

    /// Schedules the steps of each rule.
    fn schedule(
        self,
        records: &mut Transaction<'_>,
        generation: &Generation,
        at: Timestamp,
    ) -> LifecycleRun {
        let mut run = LifecycleRun::default();
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
                    number,
                    images: images.iter().cloned().collect(),
                    referrers: Vec::new(),
                };
                due::schedule(records, at, &Work::ApplyRule(step));
            }
        }
        run
    }
}

/// The number of images of a step. A step has several transactions, which all write the rest of the step.
const IMAGES_OF_STEP: usize = 250;
