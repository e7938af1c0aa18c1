//! The part of the configuration about pull-through caches.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::{Config, PullThroughCacheRule, SecretAccess, StoredSecret, Upstreams};
use crate::control::redacted::Redacted;
use crate::types::duration::print_duration;

/// The initial pull-through cache rule of a registry.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "PullThroughCacheRule")
)]
pub(super) struct PullThroughCacheRuleView {
    /// The ID of the account.
    account: String,
    /// The Region.
    region: String,
    /// The prefix of the repositories of the cache, or `ROOT`.
    ecr_repository_prefix: String,
    /// The host name of the upstream registry.
    upstream_registry_url: String,
    /// The prefix of the repositories in the upstream registry, or `ROOT`.
    upstream_repository_prefix: String,
    /// The ARN of the secret with the credentials for the upstream registry.
    credential_arn: Option<String>,
    /// The ARN of the role for an upstream registry of Amazon ECR in another account.
    custom_role_arn: Option<String>,
}

/// A secret with the credentials for an upstream registry.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "StoredSecret"))]
pub(super) struct StoredSecretView {
    /// The ARN.
    arn: String,
    /// The text of the secret, masked.
    value: Redacted,
    /// Whether Amazon ECR can read the secret: `readable`, `denied` or `undecryptable`.
    #[cfg_attr(test, schemars(with = "String"))]
    access: SecretAccess,
}

/// Where a mock reaches upstream registries.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Upstreams"))]
pub(super) struct UpstreamsView {
    /// The addresses, such as `http://127.0.0.1:5000`, by the host name of the upstream registry.
    addresses: BTreeMap<String, String>,
    /// The permitted hosts of addresses that are not on this machine.
    allowed_hosts: Vec<String>,
    /// The maximum duration of the import of one image, such as `1m`.
    timeout: String,
}

impl PullThroughCacheRuleView {
    pub(super) fn of(rule: &PullThroughCacheRule, config: &Config) -> Self {
        let account = rule.account.unwrap_or(config.default_account());
        let settings = rule.settings();
        PullThroughCacheRuleView {
            account: account.to_string(),
            region: rule.region.as_ref().unwrap_or(&config.region).to_string(),
            ecr_repository_prefix: settings.prefix,
            upstream_registry_url: settings.url,
            upstream_repository_prefix: settings.upstream_prefix,
            credential_arn: settings.credential_arn,
            custom_role_arn: settings.custom_role_arn,
        }
    }
}

impl StoredSecretView {
    pub(super) fn of(secret: &StoredSecret) -> Self {
        StoredSecretView {
            arn: secret.arn.clone(),
            value: Redacted::Redacted,
            access: secret.access,
        }
    }
}

impl UpstreamsView {
    pub(super) fn of(upstreams: &Upstreams) -> Self {
        let addresses = upstreams.addresses.iter();
        let addresses = addresses.map(|(host, at)| (host.clone(), format!("http://{at}")));
        UpstreamsView {
            addresses: addresses.collect(),
            allowed_hosts: upstreams.allowed_hosts.clone(),
            timeout: print_duration(upstreams.timeout),
        }
    }
}
