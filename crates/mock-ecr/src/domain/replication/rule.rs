//! The rules of a replication configuration.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::types::{AccountId, Region, RegistryId, RepositoryId, RepositoryName};

/// The private registry of an account in a Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct PrivateRegistry {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
}

impl PrivateRegistry {
    pub(crate) fn id(&self) -> RegistryId {
        RegistryId::Private {
            account: self.account,
            region: self.region.clone(),
        }
    }

    pub(super) fn repository(&self, name: &RepositoryName) -> RepositoryId {
        RepositoryId::private(self.account, self.region.clone(), name.clone())
    }
}

/// The account and the Region, as parts of the name of a record.
impl fmt::Display for PrivateRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.account, self.region)
    }
}

/// A rule of a replication configuration, with the members that were sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplicationRule {
    pub(crate) destinations: Vec<PrivateRegistry>,
    /// Prefixes of the names of repositories. `None` if the rule applies to all of them.
    pub(crate) filters: Option<Vec<String>>,
    /// Whether deletions are replicated. `None` if they are not, and if the member was not sent.
    pub(crate) delete_replication: Option<bool>,
}

impl ReplicationRule {
    /// Returns whether the rule applies to a repository. Source: the description of `RepositoryFilter` in the service model.
    pub(super) fn matches(&self, name: &RepositoryName) -> bool {
        let is_prefix = |filter: &String| name.as_str().starts_with(filter.as_str());
        let filters = self.filters.as_ref();
        filters.is_none_or(|all| all.iter().any(is_prefix))
    }

    pub(super) fn replicates_deletions(&self) -> bool {
        self.delete_replication == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_prefix_of_the_name() {
        let rule = |filters: Option<&[&str]>| ReplicationRule {
            destinations: Vec::new(),
            filters: filters.map(|all| all.iter().map(ToString::to_string).collect()),
            delete_replication: None,
        };
        let matches =
            |filters: Option<&[&str]>, name: &str| rule(filters).matches(&name.parse().unwrap());
        assert!(matches(None, "team/app"));
        assert!(matches(Some(&["prod", "team"]), "team/app"));
        assert!(matches(Some(&["prod"]), "production"));
        assert!(!matches(Some(&["app"]), "team/app"));
        assert!(!matches(Some(&["team/app/x"]), "team/app"));
    }
}
