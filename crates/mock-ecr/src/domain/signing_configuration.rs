//! The signing configuration of a registry: which pushed images are signed.

use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::domain::registry_error::RegistrySettingError;
use crate::domain::repositories::Repositories;
use crate::store::{Key, Snapshot};
use crate::types::glob::{Case, Glob, QuestionMark};
use crate::types::{RegistryId, RepositoryName};

/// A rule of a signing configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SigningRule {
    /// The ARN of the signing profile.
    pub(crate) profile: String,
    /// Patterns of the names of repositories. `None` if the rule applies to all of them.
    pub(crate) filters: Option<Vec<String>>,
}

impl SigningRule {
    /// Returns whether the rule applies to a repository. Source: the description of `SigningRepositoryFilter` in the service model.
    fn matches(&self, name: &RepositoryName) -> bool {
        let is_match = |pattern: &String| {
            Glob::new(pattern, Case::Sensitive, QuestionMark::Literal).matches(name.as_str())
        };
        self.filters
            .as_ref()
            .is_none_or(|all| all.iter().any(is_match))
    }
}

impl Repositories {
    /// Replaces the signing configuration of a registry.
    pub(crate) async fn put_signing_rules(
        &self,
        registry: &RegistryId,
        rules: Vec<SigningRule>,
    ) -> Result<(), RepositoryError> {
        let key = Key::signing_configuration(registry);
        self.store
            .transact(move |records| {
                records.write(&key, &rules);
                Ok(())
            })
            .await
    }

    /// Returns the rules of the signing configuration of a registry.
    pub(crate) async fn signing_rules(
        &self,
        registry: &RegistryId,
    ) -> Result<Vec<SigningRule>, RepositoryError> {
        let registry = registry.clone();
        self.store.read(move |view| required(view, &registry)).await
    }

    /// Removes the signing configuration of a registry, and returns its rules.
    pub(crate) async fn delete_signing_rules(
        &self,
        registry: &RegistryId,
    ) -> Result<Vec<SigningRule>, RepositoryError> {
        let registry = registry.clone();
        self.store
            .transact(move |records| {
                let rules = required(records.view(), &registry)?;
                records.remove(&Key::signing_configuration(&registry));
                Ok(rules)
            })
            .await
    }
}

/// Returns the signing profiles of the rules that apply to a repository, each once.
pub(super) fn profiles_for(rules: Vec<SigningRule>, name: &RepositoryName) -> Vec<String> {
    let mut profiles: Vec<String> = Vec::new();
    for rule in rules.into_iter().filter(|rule| rule.matches(name)) {
        if !profiles.contains(&rule.profile) {
            profiles.push(rule.profile);
        }
    }
    profiles
}

fn required(
    view: &dyn Snapshot,
    registry: &RegistryId,
) -> Result<Vec<SigningRule>, RepositoryError> {
    let rules = view.read(&Key::signing_configuration(registry))?;
    rules.ok_or_else(|| RegistrySettingError::SigningConfigurationNotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples in the description of `SigningRepositoryFilter` in the service model.
    #[test]
    fn a_filter_matches_the_whole_name() {
        let matches = |filter: &str, name: &str| {
            let filters = Some(vec![filter.to_owned()]);
            let profile = String::new();
            SigningRule { profile, filters }.matches(&name.parse().unwrap())
        };
        assert!(matches("myapp/*", "myapp/a/b"));
        assert!(!matches("myapp/*", "my/myapp/a"));
        assert!(matches("*/production", "team/production"));
        assert!(!matches("*/production", "production"));
        assert!(matches("*prod*", "team/production/a"));
        assert!(!matches("prod", "production"));
    }
}
