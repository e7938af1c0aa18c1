//! Creates repositories on behalf of a caller: at a push, for a replicated image, or for an image of an upstream registry.

use crate::config::{CreationCause, Quotas};
use crate::domain::creation_template::{CreationTemplate, template_in};
use crate::domain::error::RepositoryError;
use crate::domain::lifecycle_record;
use crate::domain::quota;
use crate::domain::registry_error::RegistrySettingError;
use crate::domain::repositories::{Repositories, insert};
use crate::domain::repository::{Lookup, Repository, Settings};
use crate::domain::resource_tag_record;
use crate::store::{Generation, Transaction};
use crate::types::RepositoryId;
use crate::types::timestamp::Timestamp;

/// What happens if no template applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WithoutTemplate {
    /// The repository is created with the default settings.
    Defaults,
    /// The repository is not created.
    Nothing,
}

impl Repositories {
    /// Creates a repository by the template that applies, and returns it. If the repository exists, it is not changed. Returns `None` if the
    /// repository was not created.
    ///
    /// # Errors
    ///
    /// Returns an error if the template requires a role, or if the quota of repositories is reached.
    pub(crate) async fn create_on_behalf(
        &self,
        id: &RepositoryId,
        cause: CreationCause,
        without: WithoutTemplate,
        now: Timestamp,
    ) -> Result<Option<Repository>, RepositoryError> {
        let creation = Creation {
            at: self.lookup(id),
            generation: Generation::new(self.store.unique_name().await?),
            cause,
            without,
            quotas: self.quotas,
            now,
        };
        self.store
            .transact(move |records| creation.run(records))
            .await
    }
}

/// The creation of a repository on behalf of a caller. A transaction can create a repository before it adds an image.
pub(super) struct Creation {
    pub(super) at: Lookup,
    /// The name of the content of the new repository.
    pub(super) generation: Generation,
    pub(super) cause: CreationCause,
    pub(super) without: WithoutTemplate,
    pub(super) quotas: Quotas,
    pub(super) now: Timestamp,
}

impl Creation {
    pub(super) fn run(
        &self,
        records: &mut Transaction<'_>,
    ) -> Result<Option<Repository>, RepositoryError> {
        let Creation { at, generation, .. } = self;
        if let Some(record) = at.existing(records.view())? {
            return Ok(Some(at.repository(record)));
        }
        let (registry, name) = (&at.id.registry, &at.id.name);
        let template = template_in(records.view(), registry, name, self.cause)?;
        if template.is_none() && self.without == WithoutTemplate::Nothing {
            return Ok(None);
        }
        quota::check_repositories(records.view(), &at.id, self.quotas)?;
        let settings = self.settings(template.as_ref())?;
        let record = insert(records, at, generation, settings);
        if let Some(template) = template {
            resource_tag_record::put(records, generation, &template.resource_tags);
            if let Some(policy) = template.repository_policy {
                records.put(&generation.policy(), policy);
            }
            if let Some(policy) = template.lifecycle_policy {
                lifecycle_record::insert(records, generation, policy, self.now)?;
            }
        }
        Ok(Some(at.repository(record)))
    }

    fn settings(&self, template: Option<&CreationTemplate>) -> Result<Settings, RepositoryError> {
        let mut settings = Settings::created_at(self.now);
        let Some(template) = template else {
            return Ok(settings);
        };
        if template.requires_role() && template.custom_role_arn.is_none() {
            let prefix = template.prefix.clone();
            return Err(RegistrySettingError::TemplateWithoutRole(prefix).into());
        }
        settings.mutability = template.mutability.clone();
        let (encryption, registry) = (&template.encryption, &self.at.id.registry);
        let key = encryption.kms_key.as_deref();
        settings.encrypt(&encryption.encryption_type, key, registry)?;
        Ok(settings)
    }
}
