//! Checks that the parts of a configuration are consistent.

use std::collections::HashSet;

use crate::aws::action_name::{ActionName, UnknownAction};
use crate::config::configuration::Config;
use crate::config::conflict::{Conflict, Step};
use crate::config::encryption::{check_encryption, check_resource_tags};
use crate::config::error::ConfigError;
use crate::config::limits::Limits;
use crate::config::unique::Unique;
use crate::iam::policy::accept::{Acceptance, RejectedPolicy};
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::iam::principal::Principal;
use crate::lifecycle::LifecyclePolicy;
use crate::types::secret::Secret;
use crate::types::secret_index::SecretIndex;
use crate::types::{PrincipalArn, Region, TagFilter};

const EXPECTED_REGION: &str =
    "a Region of AWS, such as us-east-1, or a Region that additional_regions contains";

impl Config {
    /// Checks that the values of the configuration are valid and do not contradict each other.
    /// [`MockEcrBuilder::start`](crate::MockEcrBuilder::start), [`Config::parse`] and [`Config::from_file`] do the same
    /// check.
    ///
    /// # Errors
    ///
    /// Returns an error for the first invalid value. [`ConfigError::line`] is `None`.
    pub fn validate(&self) -> Result<(), ConfigError> {
        Ok(self.check()?)
    }

    /// Checks the parts of the configuration against each other. The types of single values check the values
    /// themselves.
    pub(super) fn check(&self) -> Result<(), Conflict> {
        if self.seed.is_empty() {
            let expected = "at least one character";
            return Err(Conflict::new(vec!["seed".into()], &self.seed, expected));
        }
        if self.token_length > MAX_TOKEN_LENGTH {
            let expected = "at most 65536 characters, so that a token fits into an HTTP header";
            let at = vec!["token_length".into()];
            return Err(Conflict::new(at, &self.token_length, expected));
        }
        self.check_limits()?;
        self.check_regions()?;
        self.check_control_key()?;
        self.check_accounts()?;
        self.check_principals()?;
        self.check_accounts_of_registries()?;
        self.check_repositories()?;
        self.check_settings_of_repositories()?;
        self.check_policies()?;
        self.check_lifecycle_policies()?;
        self.check_registries()?;
        self.check_registry_scanning()?;
        self.check_registry_replication()?;
        self.check_scan_results()?;
        self.check_upstreams()?;
        self.check_secrets()?;
        self.check_pull_through_cache_rules()?;
        self.check_faults()
    }

    /// Two repositories with one name are different if they belong to different accounts or Regions.
    fn check_repositories(&self) -> Result<(), Conflict> {
        let mut repositories = Unique::new();
        for (index, repository) in self.repositories.iter().enumerate() {
            let account = repository.account.unwrap_or(self.default_account());
            let region = repository.region.as_ref().unwrap_or(&self.region);
            let at = |index: usize| vec!["repositories".into(), index.into(), "name".into()];
            let name = &repository.name;
            let expected = "a repository that is listed once in its account and Region";
            repositories.add(((account, region, name), name), index, at, expected)?;
        }
        Ok(())
    }

    fn check_settings_of_repositories(&self) -> Result<(), Conflict> {
        for (index, repository) in self.repositories.iter().enumerate() {
            let at = |key: &'static str| vec!["repositories".into(), index.into(), key.into()];
            let filters = "image_tag_mutability_exclusion_filters";
            check_tag_filters(
                &repository.image_tag_mutability_exclusion_filters,
                at(filters),
            )?;
            let region = repository.region.as_ref().unwrap_or(&self.region);
            check_encryption(&repository.encryption, region, at("encryption"))?;
            check_resource_tags(&repository.resource_tags, at("resource_tags"))?;
        }
        Ok(())
    }

    fn check_policies(&self) -> Result<(), Conflict> {
        let identities = self.identity_store();
        let acceptance = Acceptance {
            identities: &identities,
            unknown_conditions: self.unknown_conditions,
        };
        for (index, repository) in self.repositories.iter().enumerate() {
            let Some(text) = &repository.policy else {
                continue;
            };
            let region = repository.region.as_ref().unwrap_or(&self.region);
            let policy = RepositoryPolicy::parse(text).map_err(RejectedPolicy::from);
            let checked = policy.and_then(|policy| acceptance.check(&policy, region.partition()));
            checked.map_err(|error| {
                let at = vec!["repositories".into(), index.into(), "policy".into()];
                let expected = "a policy that SetRepositoryPolicy accepts";
                Conflict::new(at, text, expected).caused_by(error)
            })?;
        }
        Ok(())
    }

    fn check_lifecycle_policies(&self) -> Result<(), Conflict> {
        for (index, repository) in self.repositories.iter().enumerate() {
            let Some(text) = &repository.lifecycle_policy else {
                continue;
            };
            LifecyclePolicy::parse(text).map_err(|error| {
                let at = vec![
                    "repositories".into(),
                    index.into(),
                    "lifecycle_policy".into(),
                ];
                let expected = "a policy that PutLifecyclePolicy accepts";
                Conflict::new(at, text, expected).caused_by_lines(&error)
            })?;
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<(), Conflict> {
        let Limits {
            connections,
            buffer_bytes,
            ..
        } = self.limits;
        let at = |key: &'static str| vec!["limits".into(), key.into()];
        if connections < Limits::MIN_CONNECTIONS {
            let expected = "at least 16 connections";
            return Err(Conflict::new(at("connections"), &connections, expected));
        }
        if buffer_bytes < Limits::MIN_BUFFER_BYTES {
            let expected =
                "at least 67108864 bytes, so that the largest request of an API is accepted";
            return Err(Conflict::new(at("buffer_bytes"), &buffer_bytes, expected));
        }
        Ok(())
    }

    fn check_regions(&self) -> Result<(), Conflict> {
        self.check_region(&self.region, || vec!["region".into()])?;
        for (index, repository) in self.repositories.iter().enumerate() {
            if let Some(region) = &repository.region {
                let at = || vec!["repositories".into(), index.into(), "region".into()];
                self.check_region(region, at)?;
            }
        }
        Ok(())
    }

    pub(super) fn check_region(
        &self,
        region: &Region,
        at: impl FnOnce() -> Vec<Step>,
    ) -> Result<(), Conflict> {
        region
            .check_known(&self.additional_regions)
            .map_err(|error| Conflict::new(at(), region, EXPECTED_REGION).caused_by(error))
    }

    fn check_faults(&self) -> Result<(), Conflict> {
        for (index, fault) in self.faults.iter().enumerate() {
            let at = |key: &'static str| vec!["faults".into(), index.into(), key.into()];
            let (matcher, action) = (&fault.matcher, fault.action.name());
            if let Some(region) = &matcher.region {
                self.check_region(region, || [at("match"), vec!["region".into()]].concat())?;
            }
            matcher.check_operation().map_err(|error| {
                let at = [at("match"), vec!["operation".into()]].concat();
                let operation = matcher.operation.as_deref().unwrap_or_default();
                Conflict::new(at, &operation, "an operation of a service").caused_by(error)
            })?;
            matcher.check().map_err(|error| {
                let expected = "a matcher that can match a request";
                Conflict::new(at("match"), &action, expected).caused_by(error)
            })?;
            fault.check_action().map_err(|error| {
                let expected = "a valid action that applies to the matched requests";
                Conflict::new(at("action"), &action, expected).caused_by(error)
            })?;
        }
        Ok(())
    }

    /// The error does not contain the value of the key, because it is a secret.
    fn check_control_key(&self) -> Result<(), Conflict> {
        let key = self.control_key.as_ref().map(Secret::expose);
        let is_long = |key: &str| key.len() >= SecretIndex::MIN_LENGTH;
        let fits = |key: &str| is_long(key) && key.bytes().all(|c| c.is_ascii_graphic());
        if key.is_none_or(fits) {
            return Ok(());
        }
        let expected = "at least 8 printable ASCII characters without spaces, so that the key fits into an HTTP header and is redacted in the request log";
        Err(Conflict::new(vec!["control_key".into()], &"…", expected))
    }

    fn check_principals(&self) -> Result<(), Conflict> {
        let (mut arns, mut keys) = (HashSet::new(), HashSet::new());
        for (index, principal) in self.principals.iter().enumerate() {
            let at = |key: &'static str| vec!["principals".into(), index.into(), key.into()];
            if !arns.insert(&principal.arn) {
                let expected = "an ARN that no other principal has";
                return Err(Conflict::new(at("arn"), &principal.arn, expected));
            }
            if principal.arn.role().is_some() {
                return Err(Conflict::new(
                    at("arn"),
                    &principal.arn,
                    PrincipalArn::EXPECTED,
                ));
            }
            principal.check_keys().map_err(|invalid| {
                Conflict::new(at(invalid.key), &invalid.found, invalid.expected)
            })?;
            let key = &principal.access_key_id;
            if !keys.insert(key) {
                let expected = "an access key ID that no other principal has";
                return Err(Conflict::new(at("access_key_id"), key, expected));
            }
            check_actions(principal).map_err(|(key, pattern, error)| {
                let expected =
                    "a pattern that matches an action, such as ecr:GetAuthorizationToken";
                Conflict::new(at(key), pattern, expected).caused_by(error)
            })?;
            if !self.is_account(principal.arn.account()) {
                let expected = "a principal of one of the listed accounts";
                return Err(Conflict::new(at("arn"), &principal.arn, expected));
            }
        }
        Ok(())
    }
}

/// Checks the number of exclusion filters. Source of the limit: `ImageTagMutabilityExclusionFilters` in the service model.
pub(super) fn check_tag_filters(filters: &[TagFilter], at: Vec<Step>) -> Result<(), Conflict> {
    match filters.len() {
        ..=5 => Ok(()),
        count => Err(Conflict::new(at, &count, "at most five filters")),
    }
}

/// Returns the first pattern of the policy that matches no action, and its key.
fn check_actions(principal: &Principal) -> Result<(), (&'static str, &String, UnknownAction)> {
    let allowed = principal.allow.iter().map(|pattern| ("allow", pattern));
    let denied = principal.deny.iter().map(|pattern| ("deny", pattern));
    allowed.chain(denied).try_for_each(|(key, pattern)| {
        let parsed = pattern.parse::<ActionName>();
        parsed.map(drop).map_err(|error| (key, pattern, error))
    })
}

/// The maximum length of a token, in characters. A token must fit into an HTTP header.
pub(crate) const MAX_TOKEN_LENGTH: usize = 65_536;
