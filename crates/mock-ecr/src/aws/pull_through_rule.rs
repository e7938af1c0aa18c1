//! The settings of a pull-through cache rule, and their validation. The API and the configuration of a mock have the same rules.
//!
//! Source: "Creating a pull through cache rule" in the user guide of Amazon ECR, and the descriptions of `CreatePullThroughCacheRule` in the
//! service model. Which parameter an error names, and its text, are `[ASSUME]` unless stated otherwise.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::aws::error::ApiError;
use crate::aws::model::shapes::Model;
use crate::aws::model::validate::Input;
use crate::aws::registry_setting::record_name;
use crate::aws::secret_arn::SecretArn;
use crate::aws::service::AwsService;
use crate::aws::upstream_registry::{UpstreamLogin, UpstreamRegistry, private_registry};
use crate::types::{PrincipalArn, RegistryId};

/// The settings of a pull-through cache rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RuleSettings {
    /// The prefix of the repositories as it was sent: `ROOT`, or a namespace with or without a slash at its end.
    pub(crate) prefix: String,
    /// The host name of the upstream registry.
    pub(crate) url: String,
    /// The prefix of the repositories in the upstream registry: `ROOT`, or a namespace.
    pub(crate) upstream_prefix: String,
    /// The ARN of the secret with the credentials for the upstream registry.
    pub(crate) credential_arn: Option<String>,
    pub(crate) custom_role_arn: Option<String>,
}

/// The prefix of all repositories.
pub(crate) const ROOT: &str = "ROOT";

/// The reason why the settings of a rule are invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidRule {
    /// A member violates a constraint of the service model.
    #[error("{0}")]
    Form(String),
    #[error("a pull-through cache does not support the upstream registry")]
    UnsupportedUpstream,
    #[error("the upstream registry requires the ARN of a secret with credentials")]
    SecretRequired,
    #[error("{parameter} {constraint}")]
    Parameter {
        parameter: &'static str,
        constraint: &'static str,
    },
}

/// The maximum number of rules of a registry. Source: "Amazon ECR service quotas" in the user guide of Amazon ECR.
pub(crate) const MAX_RULES: usize = 50;

impl RuleSettings {
    /// Returns the name of its record. A slash at the end of a prefix is implied.
    pub(crate) fn record_name(prefix: &str) -> &str {
        record_name(prefix)
    }

    /// Returns the kind of the upstream registry.
    pub(crate) fn upstream(&self) -> Option<&'static UpstreamRegistry> {
        UpstreamRegistry::of_url(&self.url)
    }

    /// Returns the repository in the upstream registry for a repository, if the rule applies to it.
    ///
    /// Source: "Customizing repository prefixes" in the user guide of Amazon ECR.
    pub(crate) fn upstream_name(&self, name: &str) -> Option<String> {
        let rest = match Self::record_name(&self.prefix) {
            ROOT => Some(name),
            prefix => name
                .strip_prefix(prefix)
                .and_then(|rest| rest.strip_prefix('/')),
        }?;
        Some(match Self::record_name(&self.upstream_prefix) {
            ROOT => rest.to_owned(),
            prefix => format!("{prefix}/{rest}"),
        })
    }

    /// Checks the members against the constraints of the service model. The API has checked those of a request.
    pub(crate) fn check_form(&self) -> Result<(), InvalidRule> {
        let members = [
            ("ecrRepositoryPrefix", Some(&self.prefix)),
            ("upstreamRegistryUrl", Some(&self.url)),
            ("upstreamRepositoryPrefix", Some(&self.upstream_prefix)),
            ("credentialArn", self.credential_arn.as_ref()),
            ("customRoleArn", self.custom_role_arn.as_ref()),
        ];
        let members = members.into_iter().filter_map(|(name, value)| {
            let value = Value::String(value?.clone());
            Some((name.to_owned(), value))
        });
        let input = Input::of(members.collect::<Map<_, _>>());
        let model = Model::of(AwsService::Ecr);
        match input.read::<IgnoredAny>(model, "CreatePullThroughCacheRule") {
            Ok(_) => Ok(()),
            Err(ApiError::InvalidParameter(text)) => Err(InvalidRule::Form(text)),
            Err(error) => Err(InvalidRule::Form(format!("{error:?}"))),
        }
    }

    /// Checks the settings of a rule of a registry. `stated` is the kind of the upstream registry that the request states.
    pub(crate) fn check(
        &self,
        registry: &RegistryId,
        stated: Option<&str>,
    ) -> Result<(), InvalidRule> {
        let upstream = self.upstream().ok_or(InvalidRule::UnsupportedUpstream)?;
        if stated.is_some_and(|name| name != upstream.name) {
            return Err(InvalidRule::UnsupportedUpstream);
        }
        if self.prefix == ROOT && self.upstream_prefix != ROOT {
            return Err(parameter(
                "upstreamRepositoryPrefix",
                "must be ROOT if ecrRepositoryPrefix is ROOT",
            ));
        }
        let source = private_registry(&self.url);
        let source = source.map(|(account, region)| RegistryId::Private { account, region });
        let is_reachable =
            |source: &RegistryId| source != registry && is_same_partition(source, registry);
        if source.as_ref().is_some_and(|source| !is_reachable(source)) {
            return Err(InvalidRule::UnsupportedUpstream);
        }
        self.check_credentials(registry)?;
        let is_other = source.is_some_and(|source| source.account() != registry.account());
        if is_other && self.custom_role_arn.is_none() {
            let constraint =
                "must be the ARN of a role if the upstream registry is in another account";
            return Err(parameter("customRoleArn", constraint));
        }
        match upstream.login == UpstreamLogin::Secret && self.credential_arn.is_none() {
            true => Err(InvalidRule::SecretRequired),
            false => Ok(()),
        }
    }

    /// Checks the credentials of a rule of a registry.
    pub(crate) fn check_credentials(&self, registry: &RegistryId) -> Result<(), InvalidRule> {
        let login = self.upstream().map(|upstream| upstream.login);
        if let Some(arn) = &self.credential_arn {
            if login != Some(UpstreamLogin::Secret) {
                let constraint = "cannot be used with this upstream registry";
                return Err(parameter("credentialArn", constraint));
            }
            let arn: Option<SecretArn> = arn.parse().ok();
            let is_own =
                |arn: &SecretArn| arn.account == registry.account() && registry.is_in(&arn.region);
            if !arn.as_ref().is_some_and(is_own) {
                let constraint =
                    "must be the ARN of a secret in the account and Region of the registry";
                return Err(parameter("credentialArn", constraint));
            }
        }
        let Some(arn) = &self.custom_role_arn else {
            return Ok(());
        };
        if login != Some(UpstreamLogin::Role) {
            let constraint = "cannot be used with this upstream registry";
            return Err(parameter("customRoleArn", constraint));
        }
        let arn: Option<PrincipalArn> = arn.parse().ok();
        let is_own =
            |arn: &PrincipalArn| arn.role().is_some() && arn.account() == registry.account();
        match arn.as_ref().is_some_and(is_own) {
            true => Ok(()),
            false => Err(parameter(
                "customRoleArn",
                "must be the ARN of a role in the account of the registry",
            )),
        }
    }
}

/// Returns whether two registries are in the same partition. `[ASSUME]`: a cache cannot fetch from another one, as replication cannot.
fn is_same_partition(one: &RegistryId, other: &RegistryId) -> bool {
    let partition = |registry: &RegistryId| match registry {
        RegistryId::Private { region, .. } => Some(region.partition().name),
        RegistryId::Public { .. } => None,
    };
    partition(one) == partition(other)
}

fn parameter(parameter: &'static str, constraint: &'static str) -> InvalidRule {
    InvalidRule::Parameter {
        parameter,
        constraint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(prefix: &str, upstream_prefix: &str) -> RuleSettings {
        RuleSettings {
            prefix: prefix.to_owned(),
            url: "public.ecr.aws".to_owned(),
            upstream_prefix: upstream_prefix.to_owned(),
            credential_arn: None,
            custom_role_arn: None,
        }
    }

    #[test]
    fn the_prefix_of_a_name_is_replaced() {
        let name =
            |prefix, upstream_prefix, name| rule(prefix, upstream_prefix).upstream_name(name);
        let found = |text: &str| Some(text.to_owned());
        assert_eq!(name("ecr-public", "ROOT", "ecr-public/a/b"), found("a/b"));
        assert_eq!(name("ecr-public/", "ROOT", "ecr-public/a"), found("a"));
        assert_eq!(name("p/q", "team/", "p/q/a"), found("team/a"));
        assert_eq!(name("ROOT", "ROOT", "a/b"), found("a/b"));
        assert_eq!(name("ecr-public", "ROOT", "ecr-public"), None);
        assert_eq!(name("ecr-public", "ROOT", "ecr-public2/a"), None);
    }

    #[test]
    fn a_registry_is_not_its_own_upstream() {
        let registry = RegistryId::parse("123456789012", "us-east-1").unwrap();
        let mut own = rule("own", "ROOT");
        "123456789012.dkr.ecr.us-east-1.amazonaws.com".clone_into(&mut own.url);
        let error = Err(InvalidRule::UnsupportedUpstream);
        assert_eq!(own.check(&registry, None), error);
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com".clone_into(&mut own.url);
        assert_eq!(own.check(&registry, None), Ok(()));
        assert_eq!(own.check(&registry, Some("ecr")), Ok(()));
        assert_eq!(own.check(&registry, Some("quay")), error);
    }
}
