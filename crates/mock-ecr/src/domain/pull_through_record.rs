//! The records of pull-through cache rules.

use serde::{Deserialize, Serialize};

use crate::aws::pull_through_rule::RuleSettings;
use crate::store::{Key, Transaction};
use crate::types::RegistryId;
use crate::types::timestamp::Timestamp;

/// A pull-through cache rule of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PullThroughRule {
    pub(crate) settings: RuleSettings,
    created_at_millis: i64,
    pub(super) updated_at_millis: i64,
}

/// A rule of the configuration, and its registry.
pub(crate) type InitialRule = (RegistryId, PullThroughRule);

impl PullThroughRule {
    pub(crate) fn new(settings: RuleSettings, now: Timestamp) -> Self {
        PullThroughRule {
            settings,
            created_at_millis: now.as_millis(),
            updated_at_millis: now.as_millis(),
        }
    }

    pub(crate) fn created(&self) -> Timestamp {
        Timestamp::from_millis(self.created_at_millis)
    }

    pub(crate) fn updated(&self) -> Timestamp {
        Timestamp::from_millis(self.updated_at_millis)
    }

    pub(super) fn key(&self, registry: &RegistryId) -> Key {
        key(registry, &self.settings.prefix)
    }
}

/// Adds the rules of the configuration after all settings were removed.
pub(super) fn insert_initial(records: &mut Transaction<'_>, rules: &[InitialRule]) {
    for (registry, rule) in rules {
        records.write(&rule.key(registry), rule);
    }
}

pub(super) fn key(registry: &RegistryId, prefix: &str) -> Key {
    Key::pull_through_rule(registry, RuleSettings::record_name(prefix))
}
