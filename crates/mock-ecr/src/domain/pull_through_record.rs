//! The records of pull-through cache rules.

use serde::{Deserialize, Serialize};

use crate::aws::pull_through_rule::RuleSettings;
use crate::store::{Generation, Key};
use crate::types::RegistryId;
use crate::types::timestamp::Timestamp;

/// A pull-through cache rule of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PullThroughRule {
    pub(crate) settings: RuleSettings,
    /// The name of the rule from its creation to its deletion, which is never used again. Earlier versions wrote none.
    #[serde(default)]
    generation: Option<Generation>,
    created_at_millis: i64,
    pub(super) updated_at_millis: i64,
}

impl PullThroughRule {
    pub(super) fn new(settings: RuleSettings, generation: Generation, now: Timestamp) -> Self {
        PullThroughRule {
            settings,
            generation: Some(generation),
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

    /// Returns whether both are the same rule, before or after a change of its credentials. A rule that was created again, by a client or by a
    /// reset, is another one.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.generation == other.generation && self.settings.prefix == other.settings.prefix
    }

    pub(super) fn key(&self, registry: &RegistryId) -> Key {
        key(registry, &self.settings.prefix)
    }
}

pub(super) fn key(registry: &RegistryId, prefix: &str) -> Key {
    Key::pull_through_rule(registry, RuleSettings::record_name(prefix))
}
