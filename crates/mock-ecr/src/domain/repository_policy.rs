//! The policy of a repository.

use crate::domain::error::RepositoryError;
use crate::domain::repositories::Repositories;
use crate::domain::repository::Lookup;
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::store::Snapshot;
use crate::types::RepositoryId;

impl Repositories {
    /// Sets the policy of a repository. Logs a warning if a condition of the policy cannot be evaluated.
    pub(crate) async fn put_policy(
        &self,
        id: &RepositoryId,
        policy: &RepositoryPolicy,
    ) -> Result<(), RepositoryError> {
        let (at, text) = (self.lookup(id), policy.normalised(id.registry.partition()));
        let put = self.store.transact(move |records| {
            let generation = at.generation(records.view())?;
            records.put(&generation.policy(), text.clone());
            Ok::<_, RepositoryError>(())
        });
        put.await?;
        for unsupported in policy.unsupported() {
            let unsupported = unsupported.to_string();
            tracing::warn!(
                repository = %id,
                ?unsupported,
                "a condition of the policy is not supported and counts as not met: its statement has no effect"
            );
        }
        Ok(())
    }

    /// Returns the normalised text of the policy.
    pub(crate) async fn policy(&self, id: &RepositoryId) -> Result<String, RepositoryError> {
        let at = self.lookup(id);
        self.store.read(move |view| at.policy(view)).await
    }

    /// Removes the policy and returns it.
    pub(crate) async fn delete_policy(&self, id: &RepositoryId) -> Result<String, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .transact(move |records| {
                let text = at.policy(records.view())?;
                let generation = at.generation(records.view())?;
                records.remove(&generation.policy());
                Ok(text)
            })
            .await
    }
}

impl Lookup {
    pub(super) fn policy(&self, view: &dyn Snapshot) -> Result<String, RepositoryError> {
        let text = view.get(&self.generation(view)?.policy())?;
        text.map(|text| String::from_utf8_lossy(&text).into_owned())
            .ok_or_else(|| RepositoryError::PolicyNotFound(self.id.clone()))
    }
}
