//! Pull-through cache rules: the upstream registries from which images are fetched when they are pulled.

use crate::aws::pull_through_rule::{InvalidRule, MAX_RULES, RuleSettings};
use crate::domain::creation_template::prefixes;
use crate::domain::error::RepositoryError;
use crate::domain::pull_through_record::{PullThroughRule, key};
use crate::domain::registry_error::RegistrySettingError;
use crate::domain::repositories::Repositories;
use crate::store::{Folder, Generation, Key, Record, Snapshot, StoreError, parse};
use crate::types::timestamp::Timestamp;
use crate::types::{RegistryId, RepositoryName};

impl Repositories {
    pub(crate) async fn create_pull_through_rule(
        &self,
        registry: &RegistryId,
        settings: RuleSettings,
        now: Timestamp,
    ) -> Result<PullThroughRule, RepositoryError> {
        let rule = self.new_pull_through_rule(settings, now).await?;
        let registry = registry.clone();
        let created = self.store.transact(move |records| {
            let (view, key) = (records.view(), rule.key(&registry));
            if view.contains(&key)? {
                let prefix = rule.settings.prefix.clone();
                return Err(RegistrySettingError::PullThroughRuleAlreadyExists(prefix).into());
            }
            let folder = Folder::pull_through_rules(&registry);
            if view.keys(&folder, None, MAX_RULES)?.len() == MAX_RULES {
                return Err(RegistrySettingError::TooManyPullThroughRules.into());
            }
            records.write(&key, &rule);
            Ok(rule.clone())
        });
        created.await
    }

    /// Returns a rule that no registry has yet.
    pub(super) async fn new_pull_through_rule(
        &self,
        settings: RuleSettings,
        now: Timestamp,
    ) -> Result<PullThroughRule, RepositoryError> {
        let generation = Generation::new(self.store.unique_name().await?);
        Ok(PullThroughRule::new(settings, generation, now))
    }

    /// Replaces the credentials of a rule. A member that is `None` is not changed.
    ///
    /// # Errors
    ///
    /// Returns an error if the rule does not exist, or if the upstream registry does not accept these credentials.
    pub(crate) async fn update_pull_through_rule(
        &self,
        registry: &RegistryId,
        prefix: &str,
        credential_arn: Option<String>,
        custom_role_arn: Option<String>,
        now: Timestamp,
    ) -> Result<PullThroughRule, RepositoryError> {
        let (registry, prefix) = (registry.clone(), prefix.to_owned());
        let updated = self.store.transact(move |records| {
            let mut rule = existing(records.view(), &registry, &prefix)?;
            let settings = &mut rule.settings;
            settings.credential_arn = credential_arn.clone().or(settings.credential_arn.take());
            let role = custom_role_arn.clone();
            settings.custom_role_arn = role.or(settings.custom_role_arn.take());
            let checked: Result<(), InvalidRule> = settings.check_credentials(&registry);
            checked.map_err(RegistrySettingError::from)?;
            rule.updated_at_millis = now.as_millis();
            records.write(&rule.key(&registry), &rule);
            Ok(rule)
        });
        updated.await
    }

    /// Removes a rule, and returns it. The repositories and images that it has created are not changed.
    pub(crate) async fn delete_pull_through_rule(
        &self,
        registry: &RegistryId,
        prefix: &str,
    ) -> Result<PullThroughRule, RepositoryError> {
        let (registry, prefix) = (registry.clone(), prefix.to_owned());
        let deleted = self.store.transact(move |records| {
            let rule = existing(records.view(), &registry, &prefix)?;
            records.remove(&rule.key(&registry));
            Ok(rule)
        });
        deleted.await
    }

    pub(crate) async fn pull_through_rule(
        &self,
        registry: &RegistryId,
        prefix: &str,
    ) -> Result<PullThroughRule, RepositoryError> {
        let (registry, prefix) = (registry.clone(), prefix.to_owned());
        let found = self
            .store
            .read(move |view| existing(view, &registry, &prefix));
        found.await
    }

    /// Returns the rules with these prefixes, in this order, read at one time.
    ///
    /// # Errors
    ///
    /// Returns an error if a rule does not exist.
    pub(crate) async fn named_pull_through_rules(
        &self,
        registry: &RegistryId,
        prefixes: Vec<String>,
    ) -> Result<Vec<PullThroughRule>, RepositoryError> {
        let registry = registry.clone();
        self.store
            .read(move |view| {
                let rule = |prefix: &String| existing(view, &registry, prefix);
                prefixes.iter().map(rule).collect()
            })
            .await
    }

    /// Returns at most `limit` rules that follow the record `after`, in the byte order of their prefixes.
    pub(crate) async fn pull_through_rules(
        &self,
        registry: &RegistryId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<PullThroughRule>, RepositoryError> {
        let folder = Folder::pull_through_rules(registry);
        let after = after.map(str::to_owned);
        self.store
            .read(move |view| {
                let page = view.page(&folder, after.as_deref(), limit)?;
                let rule = |(key, bytes): &Record| Ok(parse(key, bytes)?);
                page.iter().map(rule).collect()
            })
            .await
    }

    /// Returns the rule that applies to a repository.
    pub(crate) async fn pull_through_rule_for(
        &self,
        registry: &RegistryId,
        name: &RepositoryName,
    ) -> Result<Option<PullThroughRule>, RepositoryError> {
        let (registry, name) = (registry.clone(), name.clone());
        self.store
            .read(move |view| rule_for(view, &registry, &name))
            .await
    }
}

/// Returns the rule that applies to a repository: that with the longest prefix. `[ASSUME]`
pub(super) fn rule_for(
    view: &dyn Snapshot,
    registry: &RegistryId,
    name: &RepositoryName,
) -> Result<Option<PullThroughRule>, RepositoryError> {
    for prefix in prefixes(name.as_str()) {
        let rule = view.read(&Key::pull_through_rule(registry, prefix))?;
        if rule.is_some() {
            return Ok(rule);
        }
    }
    Ok(None)
}

fn existing(
    view: &dyn Snapshot,
    registry: &RegistryId,
    prefix: &str,
) -> Result<PullThroughRule, RepositoryError> {
    let found: Result<Option<PullThroughRule>, StoreError> = view.read(&key(registry, prefix));
    found?.ok_or_else(|| RegistrySettingError::PullThroughRuleNotFound(prefix.to_owned()).into())
}
