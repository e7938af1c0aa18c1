//! Replication configurations in inputs and outputs.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::config::replication::InvalidDestination;
use crate::domain::{PrivateRegistry, ReplicationRule};
use crate::types::AccountId;

/// A replication configuration. `[ASSUME]`: an output has the members that were sent.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ConfigurationView {
    rules: Vec<RuleView>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleView {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delete_replication: Option<DeleteReplication>,
    destinations: Vec<DestinationView>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repository_filters: Option<Vec<FilterView>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct DeleteReplication {
    enabled: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DestinationView {
    region: String,
    registry_id: AccountId,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FilterView {
    filter: String,
    filter_type: String,
}

impl ConfigurationView {
    pub(crate) fn of(rules: Vec<ReplicationRule>) -> Self {
        ConfigurationView {
            rules: rules.into_iter().map(RuleView::of).collect(),
        }
    }

    /// Parses the rules. Their destinations are not checked.
    pub(crate) fn parse(self) -> Result<Vec<ReplicationRule>, ApiError> {
        self.rules.into_iter().map(RuleView::parse).collect()
    }
}

impl RuleView {
    fn of(rule: ReplicationRule) -> Self {
        let filter = |filter| FilterView {
            filter,
            filter_type: "PREFIX_MATCH".to_owned(),
        };
        let filters = |all: Vec<String>| all.into_iter().map(filter).collect();
        RuleView {
            delete_replication: rule
                .delete_replication
                .map(|enabled| DeleteReplication { enabled }),
            destinations: rule.destinations.iter().map(DestinationView::of).collect(),
            repository_filters: rule.filters.map(filters),
        }
    }

    fn parse(self) -> Result<ReplicationRule, ApiError> {
        let destinations = self.destinations.into_iter();
        let destinations = destinations.map(|one| one.parse("replicationConfiguration"));
        let filters = |all: Vec<FilterView>| all.into_iter().map(|one| one.filter).collect();
        Ok(ReplicationRule {
            destinations: destinations.collect::<Result<_, _>>()?,
            filters: self.repository_filters.map(filters),
            delete_replication: self.delete_replication.map(|one| one.enabled),
        })
    }
}

impl DestinationView {
    pub(crate) fn of(destination: &PrivateRegistry) -> Self {
        DestinationView {
            region: destination.region.to_string(),
            registry_id: destination.account,
        }
    }

    /// Parses the destination in a member of the input.
    pub(crate) fn parse(self, member: &str) -> Result<PrivateRegistry, ApiError> {
        let region = self.region.parse().map_err(|_| {
            let error = InvalidDestination::UnknownRegion(self.region.clone());
            invalid(member, &error.to_string())
        })?;
        Ok(PrivateRegistry {
            account: self.registry_id,
            region,
        })
    }
}
