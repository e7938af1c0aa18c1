//! The record of the lifecycle policy of a repository, and the work of its next evaluation.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::due::{self, Work};
use crate::domain::error::RepositoryError;
use crate::lifecycle::LifecyclePolicy;
use crate::store::{Generation, Snapshot, StoreError, Transaction};
use crate::types::timestamp::Timestamp;

/// The time between two evaluations of a policy. ECR acts on images within 24 hours after they meet the criteria of a policy (the user guide,
/// `LifecyclePolicies.html`). `[ASSUME]`: it evaluates a policy every 24 hours from the time at which the policy is set.
pub(super) const PERIOD: Duration = Duration::from_secs(24 * 3600);

/// The record of a lifecycle policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PolicyRecord {
    pub(super) text: String,
    /// When the policy is due to be evaluated.
    next_evaluation_millis: i64,
    last_evaluated_millis: i64,
    /// The number of evaluations of the repository before the policy was set.
    #[serde(default)]
    previous_evaluations: u64,
}

impl PolicyRecord {
    pub(super) fn policy(&self) -> Result<LifecyclePolicy, RepositoryError> {
        Ok(LifecyclePolicy::parse(&self.text)?)
    }

    /// Returns the start of 1970 if the policy was not evaluated yet.
    pub(super) fn last_evaluated(&self) -> Timestamp {
        Timestamp::from_millis(self.last_evaluated_millis)
    }

    pub(super) fn is_due_at(&self, at: Timestamp) -> bool {
        self.next_evaluation_millis == at.as_millis()
    }

    /// Returns whether an evaluation of this policy, and not of a previous one, has this number.
    pub(super) fn has_evaluation(&self, number: u64) -> bool {
        number > self.previous_evaluations
    }

    pub(super) fn evaluated_at(self, at: Timestamp) -> Self {
        PolicyRecord {
            last_evaluated_millis: at.as_millis(),
            ..self
        }
    }

    pub(super) fn write(&self, records: &mut Transaction<'_>, generation: &Generation) {
        records.write(&generation.lifecycle_policy(), self);
    }

    /// Writes the record and the work of the next evaluation.
    pub(super) fn schedule(
        mut self,
        records: &mut Transaction<'_>,
        generation: &Generation,
        at: Timestamp,
    ) {
        self.next_evaluation_millis = at.as_millis();
        self.write(records, generation);
        due::schedule(records, at, &evaluation(generation));
    }
}

pub(super) fn record_of(
    view: &dyn Snapshot,
    generation: &Generation,
) -> Result<Option<PolicyRecord>, StoreError> {
    view.read(&generation.lifecycle_policy())
}

/// Sets the policy of a repository that has none. `text` is normalised.
pub(super) fn insert(
    records: &mut Transaction<'_>,
    generation: &Generation,
    text: String,
    now: Timestamp,
) -> Result<(), StoreError> {
    let record = PolicyRecord {
        text,
        next_evaluation_millis: 0,
        last_evaluated_millis: 0,
        previous_evaluations: evaluations(records.view(), generation)?,
    };
    record.schedule(records, generation, now + PERIOD);
    Ok(())
}

/// Counts another evaluation of a repository, and returns its number.
pub(super) fn next_evaluation(
    records: &mut Transaction<'_>,
    generation: &Generation,
) -> Result<u64, StoreError> {
    let number = evaluations(records.view(), generation)? + 1;
    records.write(&generation.lifecycle_evaluations(), &number);
    Ok(number)
}

fn evaluations(view: &dyn Snapshot, generation: &Generation) -> Result<u64, StoreError> {
    let number = view.read(&generation.lifecycle_evaluations())?;
    Ok(number.unwrap_or_default())
}

/// Removes the policy and the work of its next evaluation, if there is one.
pub(super) fn remove(
    records: &mut Transaction<'_>,
    generation: &Generation,
) -> Result<(), StoreError> {
    let key = generation.lifecycle_policy();
    if let Some(record) = records.view().read_valid::<PolicyRecord>(&key)? {
        let at = Timestamp::from_millis(record.next_evaluation_millis);
        due::cancel(records, at, &evaluation(generation));
    }
    records.remove(&key);
    Ok(())
}

fn evaluation(generation: &Generation) -> Work {
    Work::EvaluateLifecycle {
        generation: generation.clone(),
    }
}
