//! The replication configurations of registries.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::error::RepositoryError;
use crate::domain::replication::rule::ReplicationRule;
use crate::domain::replication::settings::ReplicationSettings;
use crate::domain::repositories::Repositories;
use crate::store::{Key, Snapshot, StoreError};
use crate::types::RegistryId;

/// Schedules the replication of changes, in the transactions that make them.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Replication {
    pub(super) settings: Arc<ReplicationSettings>,
    /// The time from a push to the end of its replication.
    pub(super) delay: Duration,
    /// Whether the repositories are published. The images of the initial state exist before replication begins, so they are not replicated.
    pub(super) is_published: bool,
}

impl Replication {
    /// Returns the rules of a registry.
    pub(super) fn rules(
        &self,
        view: &dyn Snapshot,
        registry: &RegistryId,
    ) -> Result<Vec<ReplicationRule>, StoreError> {
        let stored = view.read(&Key::replication_configuration(registry))?;
        let initial = || self.settings.registries.get(registry).cloned();
        Ok(stored.or_else(initial).unwrap_or_default())
    }
}

impl Repositories {
    /// Replaces the replication configuration of a registry.
    pub(crate) async fn put_replication_rules(
        &self,
        registry: &RegistryId,
        rules: Vec<ReplicationRule>,
    ) -> Result<(), RepositoryError> {
        let key = Key::replication_configuration(registry);
        self.store
            .transact(move |records| {
                records.write(&key, &rules);
                Ok(())
            })
            .await
    }

    /// Returns the rules of the replication configuration of a registry.
    pub(crate) async fn replication_rules(
        &self,
        registry: &RegistryId,
    ) -> Result<Vec<ReplicationRule>, RepositoryError> {
        let (replication, registry) = (self.replication(), registry.clone());
        self.store
            .read(move |view| Ok(replication.rules(view, &registry)?))
            .await
    }
}
