//! A pull-through cache rule in outputs.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::domain::PullThroughRule;
use crate::types::RegistryId;

/// A rule. An operation sets the members that its output does not have to `None`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PullThroughRuleView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credential_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) custom_role_arn: Option<String>,
    pub(crate) ecr_repository_prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_valid: Option<bool>,
    pub(crate) registry_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) updated_at: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upstream_registry: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upstream_registry_url: Option<String>,
    pub(crate) upstream_repository_prefix: String,
}

impl PullThroughRuleView {
    /// Returns a rule with all members except `failure` and `is_valid`.
    pub(crate) fn of(registry: &RegistryId, rule: PullThroughRule) -> Self {
        let (created, updated) = (rule.created(), rule.updated());
        let settings = rule.settings;
        PullThroughRuleView {
            created_at: Some(epoch_seconds::raw(created)),
            registry_id: registry.account().to_string(),
            failure: None,
            is_valid: None,
            updated_at: Some(epoch_seconds::raw(updated)),
            upstream_registry: settings.upstream().map(|upstream| upstream.name),
            credential_arn: settings.credential_arn,
            custom_role_arn: settings.custom_role_arn,
            ecr_repository_prefix: settings.prefix,
            upstream_registry_url: Some(settings.url),
            upstream_repository_prefix: settings.upstream_prefix,
        }
    }
}
