//! Converts the settings of registries in the configuration of a mock to records of a store.

use crate::aws::registry_setting::record_name;
use crate::config::{self, Config, InitialRegistry};
use crate::domain::creation_template::CreationTemplate;
use crate::domain::error::RepositoryError;
use crate::domain::pull_exclusion::Exclusion;
use crate::domain::registry_policy::warn_unsupported;
use crate::domain::registry_settings::InitialSettings;
use crate::domain::repositories::Repositories;
use crate::domain::signing_configuration::SigningRule;
use crate::iam::policy::registry_policy::RegistryPolicy;
use crate::store::{Folder, Key};
use crate::types::RegistryId;
use crate::types::timestamp::Timestamp;

impl InitialSettings {
    fn add(
        &mut self,
        registry: &RegistryId,
        initial: &InitialRegistry,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        for (name, value) in &initial.account_settings {
            self.write(Key::account_setting(registry, name), value);
        }
        if let Some(policy) = &initial.policy {
            let policy = RegistryPolicy::parse(policy)?;
            warn_unsupported(&policy);
            let text = policy.normalised(registry.partition());
            self.put(Key::registry_policy(registry), text);
        }
        for template in &initial.creation_templates {
            let key = Key::creation_template(registry, record_name(&template.prefix));
            let template = CreationTemplate::initial(template, registry, now)?;
            self.write(key, &template);
        }
        for arn in &initial.pull_time_update_exclusions {
            let key = Folder::pull_exclusions(registry).key(arn);
            self.write(key, &Exclusion::new(now));
        }
        if let Some(signing) = &initial.signing {
            let rules: Vec<SigningRule> = signing.rules.iter().map(SigningRule::from).collect();
            self.write(Key::signing_configuration(registry), &rules);
        }
        Ok(())
    }
}

impl Repositories {
    /// Returns the settings of the configuration, which exist since `now`.
    pub(crate) async fn initial_settings(
        &self,
        config: &Config,
        now: Timestamp,
    ) -> Result<InitialSettings, RepositoryError> {
        let mut settings = InitialSettings::default();
        for one in &config.registries {
            let registry = config.registry_id(one.account, one.region.as_ref());
            settings.add(&registry, one, now)?;
        }
        for one in &config.pull_through_cache_rules {
            let registry = config.registry_id(one.account, one.region.as_ref());
            let rule = self.new_pull_through_rule(one.settings(), now).await?;
            settings.write(rule.key(&registry), &rule);
        }
        Ok(settings)
    }

    /// Creates the settings of the configuration that the store does not contain.
    pub(crate) async fn create_initial_settings(
        &self,
        settings: InitialSettings,
    ) -> Result<(), RepositoryError> {
        // A transaction would create the file of a store.
        if settings.is_empty() {
            return Ok(());
        }
        let created = self.store.transact(move |records| {
            settings.insert_missing(records)?;
            Ok(())
        });
        created.await
    }
}

impl From<&config::SigningRule> for SigningRule {
    fn from(initial: &config::SigningRule) -> Self {
        SigningRule {
            profile: initial.signing_profile_arn.clone(),
            filters: Some(initial.filters.clone()).filter(|filters| !filters.is_empty()),
        }
    }
}
