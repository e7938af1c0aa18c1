//! The replication configuration of a registry.

use serde::Deserialize;

use crate::types::{AccountId, Region};

/// The initial replication configuration of a registry. It is the configuration of the registry until
/// `PutReplicationConfiguration` replaces it. The images of the initial repositories are not replicated: they exist before
/// replication begins.
///
/// ```
/// use mock_ecr::config::{RegistryReplication, ReplicationDestination, ReplicationRule};
///
/// let destination = ReplicationDestination::new("eu-west-1".parse()?);
/// let rule = ReplicationRule::new([destination]).filters(["prod/"]);
/// let replication = RegistryReplication::new().rule(rule);
/// assert_eq!(replication.rules.len(), 1);
/// # Ok::<(), mock_ecr::config::NameError>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RegistryReplication {
    /// The account. If `None`, the default account of the configuration.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// The Region. If `None`, the default Region of the configuration.
    #[serde(default)]
    pub region: Option<Region>,
    /// The rules, at most 25.
    #[serde(default)]
    pub rules: Vec<ReplicationRule>,
}

impl RegistryReplication {
    /// Creates a configuration without rules, of the default account in the default Region.
    pub fn new() -> Self {
        RegistryReplication::default()
    }

    /// Sets the account.
    #[must_use]
    pub fn account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Sets the Region.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, rule: ReplicationRule) -> Self {
        self.rules.push(rule);
        self
    }
}

/// The registries to which the pushed images of some repositories are replicated.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ReplicationRule {
    /// The registries to which images are replicated.
    pub destinations: Vec<ReplicationDestination>,
    /// Prefixes of the names of the repositories to which the rule applies, at most 100. If the list is empty, the rule
    /// applies to all repositories.
    #[serde(default)]
    pub filters: Vec<String>,
    /// Whether the deletions of images and tags are replicated. The default is `false`.
    #[serde(default)]
    pub delete_replication: bool,
}

impl ReplicationRule {
    /// Creates a rule that applies to all repositories and does not replicate deletions.
    pub fn new(destinations: impl IntoIterator<Item = ReplicationDestination>) -> Self {
        ReplicationRule {
            destinations: destinations.into_iter().collect(),
            filters: Vec::new(),
            delete_replication: false,
        }
    }

    /// Sets the prefixes of the names of the repositories to which the rule applies.
    #[must_use]
    pub fn filters<F: Into<String>>(mut self, filters: impl IntoIterator<Item = F>) -> Self {
        self.filters = filters.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether the deletions of images and tags are replicated.
    #[must_use]
    pub fn delete_replication(mut self, is_enabled: bool) -> Self {
        self.delete_replication = is_enabled;
        self
    }
}

/// A registry to which images are replicated.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ReplicationDestination {
    /// The account. If `None`, the account of the registry that has the rule.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// The Region.
    pub region: Region,
}

impl ReplicationDestination {
    /// Creates a destination in the account of the registry that has the rule.
    pub fn new(region: Region) -> Self {
        ReplicationDestination {
            account: None,
            region,
        }
    }

    /// Sets the account.
    #[must_use]
    pub fn account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }
}
