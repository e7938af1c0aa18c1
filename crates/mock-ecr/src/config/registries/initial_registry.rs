//! The initial settings of a registry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::registries::creation_template::CreationTemplate;
use crate::types::{AccountId, Region};

/// The initial settings of a registry. They exist when a mock has started, and after a reset. A setting that the store contains
/// already is not changed.
///
/// ```
/// use mock_ecr::config::{InitialRegistry, SigningRule};
///
/// let profile = "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/releases";
/// let registry = InitialRegistry::new()
///     .region("eu-west-1".parse()?)
///     .account_setting("BLOB_MOUNTING", "ENABLED")
///     .signing_rule(SigningRule::new(profile).filters(["prod/*"]));
/// # let _ = registry;
/// # Ok::<(), mock_ecr::config::NameError>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct InitialRegistry {
    /// The account. If `None`, the default account of the configuration.
    pub account: Option<AccountId>,
    /// The Region. If `None`, the default Region of the configuration.
    pub region: Option<Region>,
    /// The policy of the registry, in JSON. The default is `None`: the registry has no policy.
    pub policy: Option<String>,
    /// The account settings in the account and Region of the registry: names and values of `PutAccountSetting`, such as
    /// `BLOB_MOUNTING` and `ENABLED`. The default is an empty map.
    pub account_settings: BTreeMap<String, String>,
    /// The repository creation templates, at most 100. The prefix of each one is unique. The default is an empty list.
    pub creation_templates: Vec<CreationTemplate>,
    /// The ARNs of the users and roles whose pulls are not recorded, at most 100. The default is an empty list.
    pub pull_time_update_exclusions: Vec<String>,
    /// The signing configuration. The default is `None`: the registry has none.
    pub signing: Option<SigningConfiguration>,
}

impl InitialRegistry {
    /// Creates settings of the default registry: that of the default account in the default Region.
    pub fn new() -> Self {
        InitialRegistry::default()
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

    /// Sets the policy of the registry, in JSON.
    #[must_use]
    pub fn policy(mut self, json: impl Into<String>) -> Self {
        self.policy = Some(json.into());
        self
    }

    /// Sets an account setting, such as `BLOB_MOUNTING` to `ENABLED`.
    #[must_use]
    pub fn account_setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.account_settings.insert(name.into(), value.into());
        self
    }

    /// Adds a repository creation template.
    #[must_use]
    pub fn creation_template(mut self, template: CreationTemplate) -> Self {
        self.creation_templates.push(template);
        self
    }

    /// Excludes the pulls of a user, or of the sessions of a role, from the recorded pull times.
    #[must_use]
    pub fn pull_time_update_exclusion(mut self, principal_arn: impl Into<String>) -> Self {
        self.pull_time_update_exclusions.push(principal_arn.into());
        self
    }

    /// Adds a rule to the signing configuration.
    #[must_use]
    pub fn signing_rule(mut self, rule: SigningRule) -> Self {
        self.signing.get_or_insert_default().rules.push(rule);
        self
    }
}

/// The signing configuration of a registry: which pushed images are signed. The images of the initial repositories are signed,
/// too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SigningConfiguration {
    /// The rules, at most ten.
    #[serde(default)]
    pub rules: Vec<SigningRule>,
}

/// A rule of a signing configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SigningRule {
    /// The ARN of a signing profile in the Region of the registry.
    pub signing_profile_arn: String,
    /// Patterns of the names of the repositories to which the rule applies, such as `prod/*`, at most 100. If the list is empty,
    /// the rule applies to all repositories.
    #[serde(default)]
    pub filters: Vec<String>,
}

impl SigningRule {
    /// Creates a rule that applies to all repositories.
    pub fn new(signing_profile_arn: impl Into<String>) -> Self {
        SigningRule {
            signing_profile_arn: signing_profile_arn.into(),
            filters: Vec::new(),
        }
    }

    /// Sets the patterns of the names of the repositories to which the rule applies.
    #[must_use]
    pub fn filters<F: Into<String>>(mut self, filters: impl IntoIterator<Item = F>) -> Self {
        self.filters = filters.into_iter().map(Into::into).collect();
        self
    }
}
