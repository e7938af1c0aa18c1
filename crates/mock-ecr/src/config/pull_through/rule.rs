//! The pull-through cache rule of a registry.

use serde::Deserialize;

use crate::aws::pull_through_rule::{ROOT, RuleSettings};
use crate::types::{AccountId, Region};

/// An initial pull-through cache rule of a registry, as `CreatePullThroughCacheRule` creates it.
///
/// ```
/// use mock_ecr::config::PullThroughCacheRule;
///
/// let rule = PullThroughCacheRule::new("docker-hub", "registry-1.docker.io").credential_arn(
///     "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/docker-hub-AbCdEf",
/// );
/// assert_eq!(rule.ecr_repository_prefix, "docker-hub");
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PullThroughCacheRule {
    /// The account. If `None`, the default account of the configuration.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// The Region. If `None`, the default Region of the configuration.
    #[serde(default)]
    pub region: Option<Region>,
    /// The prefix of the repositories of the cache, or `ROOT`.
    pub ecr_repository_prefix: String,
    /// The host name of the upstream registry, such as `public.ecr.aws`.
    pub upstream_registry_url: String,
    /// The prefix of the repositories in the upstream registry. If `None`, `ROOT`.
    #[serde(default)]
    pub upstream_repository_prefix: Option<String>,
    /// The ARN of the secret with the credentials for the upstream registry.
    #[serde(default)]
    pub credential_arn: Option<String>,
    /// The ARN of the role for an upstream registry of Amazon ECR in another account.
    #[serde(default)]
    pub custom_role_arn: Option<String>,
}

impl PullThroughCacheRule {
    /// Creates a rule of the default account in the default Region.
    pub fn new(
        ecr_repository_prefix: impl Into<String>,
        upstream_registry_url: impl Into<String>,
    ) -> Self {
        PullThroughCacheRule {
            account: None,
            region: None,
            ecr_repository_prefix: ecr_repository_prefix.into(),
            upstream_registry_url: upstream_registry_url.into(),
            upstream_repository_prefix: None,
            credential_arn: None,
            custom_role_arn: None,
        }
    }

    /// Sets the ARN of the secret with the credentials for the upstream registry.
    #[must_use]
    pub fn credential_arn(mut self, arn: impl Into<String>) -> Self {
        self.credential_arn = Some(arn.into());
        self
    }

    /// Sets the ARN of the role for an upstream registry of Amazon ECR in another account.
    #[must_use]
    pub fn custom_role_arn(mut self, arn: impl Into<String>) -> Self {
        self.custom_role_arn = Some(arn.into());
        self
    }

    /// Sets the prefix of the repositories in the upstream registry.
    #[must_use]
    pub fn upstream_repository_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.upstream_repository_prefix = Some(prefix.into());
        self
    }

    pub(crate) fn settings(&self) -> RuleSettings {
        let upstream_prefix = self.upstream_repository_prefix.clone();
        RuleSettings {
            prefix: self.ecr_repository_prefix.clone(),
            url: self.upstream_registry_url.clone(),
            upstream_prefix: upstream_prefix.unwrap_or_else(|| ROOT.to_owned()),
            credential_arn: self.credential_arn.clone(),
            custom_role_arn: self.custom_role_arn.clone(),
        }
    }
}
