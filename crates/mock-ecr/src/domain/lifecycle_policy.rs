//! Sets, returns and deletes the lifecycle policy of a repository.

use crate::domain::error::RepositoryError;
use crate::domain::lifecycle_record::{PolicyRecord, insert, record_of, remove};
use crate::domain::repositories::Repositories;
use crate::domain::repository::Lookup;
use crate::lifecycle::LifecyclePolicy;
use crate::store::Snapshot;
use crate::types::RepositoryId;
use crate::types::timestamp::Timestamp;

/// A lifecycle policy, and when it was last evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredLifecyclePolicy {
    /// The normalised text.
    pub(crate) text: String,
    /// The start of 1970 if it was not evaluated yet.
    pub(crate) last_evaluated: Timestamp,
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
                Ok(insert(records, &generation, text.clone(), now)?)
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

impl From<PolicyRecord> for StoredLifecyclePolicy {
    fn from(record: PolicyRecord) -> Self {
        StoredLifecyclePolicy {
            last_evaluated: record.last_evaluated(),
            text: record.text,
        }
    }
}
