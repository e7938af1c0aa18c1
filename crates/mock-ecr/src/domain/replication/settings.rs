//! What replication depends on in the configuration of a mock.

use std::collections::BTreeMap;

use crate::config::{Config, RegistryReplication};
use crate::domain::replication::rule::{PrivateRegistry, ReplicationRule};
use crate::iam::authorization::CrossAccount;
use crate::types::RegistryId;

/// What replication depends on in the configuration of a mock.
#[derive(Debug, Default)]
pub(crate) struct ReplicationSettings {
    /// The configurations of the registries until they are replaced.
    pub(super) registries: BTreeMap<RegistryId, Vec<ReplicationRule>>,
    pub(super) cross_account: CrossAccount,
}

impl ReplicationSettings {
    pub(crate) fn new(config: &Config) -> Self {
        let registries = config.registry_replication.iter().map(|one| {
            let registry = config.registry_id(one.account, one.region.as_ref());
            (registry, initial_rules(config, one))
        });
        ReplicationSettings {
            registries: registries.collect(),
            cross_account: config.cross_account,
        }
    }
}

/// `[ASSUME]`: an account that the destination does not name is that of the registry.
fn initial_rules(config: &Config, initial: &RegistryReplication) -> Vec<ReplicationRule> {
    let own = initial.account.unwrap_or(config.default_account());
    let rules = initial.rules.iter().map(|rule| ReplicationRule {
        destinations: rule
            .destinations
            .iter()
            .map(|to| PrivateRegistry {
                account: to.account.unwrap_or(own),
                region: to.region.clone(),
            })
            .collect(),
        filters: Some(rule.filters.clone()).filter(|filters| !filters.is_empty()),
        delete_replication: rule.delete_replication.then_some(true),
    });
    rules.collect()
}
