//! The methods of the builder for the settings of registries.

use crate::builder::MockEcrBuilder;
use crate::config::{CreationTemplate, InitialRegistry, SigningRule};

impl MockEcrBuilder {
    /// Adds the initial settings of a registry. See [`Config::registries`](crate::Config::registries).
    #[must_use]
    pub fn registry(mut self, registry: InitialRegistry) -> Self {
        self.config.registries.push(registry);
        self
    }

    /// Sets the initial policy of the registry of the default account in the default Region, in JSON.
    /// [`start`](MockEcrBuilder::start) returns an error if the policy is invalid, or if a principal that it names does not exist.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///
    /// let policy = r#"{"Statement": [{
    ///     "Effect": "Deny", "Principal": "*", "Action": "ecr:DeleteRepository", "Resource": "*"
    /// }]}"#;
    /// let ecr = MockEcr::builder().registry_policy(policy).start().await?;
    /// # let _ = ecr;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn registry_policy(mut self, json: impl Into<String>) -> Self {
        self.initial_registry().policy = Some(json.into());
        self
    }

    /// Adds an initial repository creation template to the registry of the default account in the default Region. It applies to
    /// repositories that are created later.
    #[must_use]
    pub fn creation_template(mut self, template: CreationTemplate) -> Self {
        self.initial_registry().creation_templates.push(template);
        self
    }

    /// Excludes the pulls of a user, or of the sessions of a role, from the recorded pull times of the registry of the default
    /// account in the default Region.
    #[must_use]
    pub fn pull_time_update_exclusion(mut self, principal_arn: impl Into<String>) -> Self {
        let exclusions = &mut self.initial_registry().pull_time_update_exclusions;
        exclusions.push(principal_arn.into());
        self
    }

    /// Adds a rule to the initial signing configuration of the registry of the default account in the default Region. It also applies
    /// to the images of the initial repositories.
    #[must_use]
    pub fn signing_rule(mut self, rule: SigningRule) -> Self {
        let signing = &mut self.initial_registry().signing;
        signing.get_or_insert_default().rules.push(rule);
        self
    }

    /// Sets an initial account setting, such as `BLOB_MOUNTING` to `ENABLED`, of the default account in the default Region.
    #[must_use]
    pub fn account_setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let settings = &mut self.initial_registry().account_settings;
        settings.insert(name.into(), value.into());
        self
    }

    /// Returns the settings of the registry of the default account in the default Region. Adds them if necessary.
    fn initial_registry(&mut self) -> &mut InitialRegistry {
        let default = self.config.registry_id(None, None);
        let mut registries = self.config.registries.iter();
        let index = registries
            .position(|one| self.config.registry_id(one.account, one.region.as_ref()) == default);
        let index = index.unwrap_or_else(|| {
            self.config.registries.push(InitialRegistry::new());
            self.config.registries.len() - 1
        });
        &mut self.config.registries[index]
    }
}
