//! The initial replication configuration of a registry, as a response contains it.

use serde::Serialize;

use crate::config::{Config, RegistryReplication, ReplicationRule};
use crate::types::AccountId;

/// The initial replication configuration of a registry.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "RegistryReplication")
)]
pub(super) struct RegistryReplicationView {
    /// The ID of the account.
    account: String,
    /// The Region.
    region: String,
    /// The rules.
    rules: Vec<RuleView>,
}

/// The registries to which the pushed images of some repositories are replicated.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "ReplicationRule")
)]
struct RuleView {
    /// The registries to which images are replicated.
    destinations: Vec<DestinationView>,
    /// Prefixes of the names of the repositories. If the list is empty, the rule applies to all repositories.
    filters: Vec<String>,
    /// Whether deletions are replicated.
    delete_replication: bool,
}

/// A registry to which images are replicated.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "ReplicationDestination")
)]
struct DestinationView {
    /// The ID of the account.
    account: String,
    /// The Region.
    region: String,
}

impl RegistryReplicationView {
    pub(super) fn of(initial: &RegistryReplication, config: &Config) -> Self {
        let account = initial.account.unwrap_or(config.default_account());
        let region = initial.region.as_ref().unwrap_or(&config.region);
        let rules = initial.rules.iter();
        RegistryReplicationView {
            account: account.to_string(),
            region: region.to_string(),
            rules: rules.map(|rule| RuleView::of(rule, account)).collect(),
        }
    }
}

impl RuleView {
    fn of(rule: &ReplicationRule, own: AccountId) -> Self {
        let destinations = rule.destinations.iter().map(|to| DestinationView {
            account: to.account.unwrap_or(own).to_string(),
            region: to.region.to_string(),
        });
        RuleView {
            destinations: destinations.collect(),
            filters: rule.filters.clone(),
            delete_replication: rule.delete_replication,
        }
    }
}
