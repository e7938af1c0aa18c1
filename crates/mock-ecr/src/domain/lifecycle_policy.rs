//! Sets, returns and deletes the lifecycle policy of a repository.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::due::{self, Due, Work};
use crate::domain::error::RepositoryError;
use crate::domain::repositories::Repositories;
use crate::domain::repository::Lookup;
use crate::lifecycle::LifecyclePolicy;
use crate::store::{Generation, Snapshot, StoreError, Transaction};
use crate::types::RepositoryId;
use crate::types::timestamp::Timestamp;

/// The time between two evaluations of a policy. ECR acts on images within 24 hours after they meet the criteria of a policy (the user guide,
/// `LifecyclePolicies.html`). `[ASSUME]`: it evaluates a policy every 24 hours from the time at which the policy is set.
pub(super) const PERIOD: Duration = Duration::from_secs(24 * 3600);

/// A lifecycle policy, and when it was last evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredLifecyclePolicy {
    /// The normalised text.
    pub(crate) text: String,
    /// The start of 1970 if it was not evaluated yet.
    pub(crate) last_evaluated: Timestamp,
}

/// The record of a lifecycle policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PolicyRecord {
    pub(super) text: String,
    /// When the policy is due to be evaluated.
    next_evaluation_millis: i64,
    last_evaluated_millis: i64,
}

impl Repositories {
    /// Sets the lifecycle policy of a repository.
    pub(crate) async fn put_lifecycle_policy(
        &self,
        id: &RepositoryId,
        policy: &LifecyclePolicy,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let (at, text) = (self.lookup(id), policy.normalised());
        self.store
            .transact(move |records| {
                let generation = at.generation(records.view())?;
                remove(records, &generation)?;
                insert(records, &generation, text.clone(), now);
                Ok(())
            })
            .await
    }

    pub(crate) async fn lifecycle_policy(
        &self,
        id: &RepositoryId,
    ) -> Result<StoredLifecyclePolicy, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| Ok(at.lifecycle_policy(view)?.into()))
            .await
    }

    /// Removes the lifecycle policy and returns it.
    pub(crate) async fn delete_lifecycle_policy(
        &self,
        id: &RepositoryId,
    ) -> Result<StoredLifecyclePolicy, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .transact(move |records| {
                let record = at.lifecycle_policy(records.view())?;
                let generation = at.generation(records.view())?;
                remove(records, &generation)?;
                Ok(record.into())
            })
            .await
    }
}

impl Lookup {
    pub(super) fn lifecycle_policy(
        &self,
        view: &dyn Snapshot,
    ) -> Result<PolicyRecord, RepositoryError> {
        let record = record_of(view, &self.generation(view)?)?;
        record.ok_or_else(|| RepositoryError::LifecyclePolicyNotFound(self.id.clone()))
    }
}

pub(super) fn record_of(
    view: &dyn Snapshot,
    generation: &Generation,
) -> Result<Option<PolicyRecord>, StoreError> {
    view.read(&generation.lifecycle_policy())
}

impl PolicyRecord {
    pub(super) fn policy(&self) -> Result<LifecyclePolicy, RepositoryError> {
        Ok(LifecyclePolicy::parse(&self.text)?)
    }

    pub(super) fn is_due_at(&self, at: Timestamp) -> bool {
        self.next_evaluation_millis == at.as_millis()
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
        let at = Due::time(at);
        self.next_evaluation_millis = at.as_millis();
        self.write(records, generation);
        due::schedule(records, at, &evaluation(generation));
    }
}

impl From<PolicyRecord> for StoredLifecyclePolicy {
    fn from(record: PolicyRecord) -> Self {
        StoredLifecyclePolicy {
            text: record.text,
            last_evaluated: Timestamp::from_millis(record.last_evaluated_millis),
        }
    }
}

/// Sets the policy of a repository that has none. `text` is normalised.
pub(super) fn insert(
    records: &mut Transaction<'_>,
    generation: &Generation,
    text: String,
    now: Timestamp,
) {
    let record = PolicyRecord {
        text,
        next_evaluation_millis: 0,
        last_evaluated_millis: 0,
    };
    record.schedule(records, generation, now + PERIOD);
}

/// Removes the policy and the work of its next evaluation, if there is one.
fn remove(records: &mut Transaction<'_>, generation: &Generation) -> Result<(), StoreError> {
    if let Some(record) = record_of(records.view(), generation)? {
        let at = Timestamp::from_millis(record.next_evaluation_millis);
        due::cancel(records, at, &evaluation(generation));
        records.remove(&generation.lifecycle_policy());
    }
    Ok(())
}

fn evaluation(generation: &Generation) -> Work {
    Work::EvaluateLifecycle {
        generation: generation.clone(),
    }
}
