//! Repository creation templates: the settings of repositories that ECR creates on behalf of a caller.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::aws::registry_setting::{MAX_TEMPLATES, record_name};
use crate::config::{self, CreationCause};
use crate::domain::error::RepositoryError;
use crate::domain::mutability::{MutabilityChange, MutabilityError, TagMutability};
use crate::domain::registry_error::RegistrySettingError;
use crate::domain::repositories::Repositories;
use crate::domain::resource_tag_record::ResourceTag;
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::lifecycle::LifecyclePolicy;
use crate::store::{Folder, Key, Record, Snapshot, StoreError, parse};
use crate::types::timestamp::Timestamp;
use crate::types::{RegistryId, RepositoryName};

/// A repository creation template of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CreationTemplate {
    /// The prefix as it was sent: `ROOT`, or a namespace with or without a slash at its end.
    pub(crate) prefix: String,
    pub(crate) applied_for: Vec<CreationCause>,
    pub(crate) description: Option<String>,
    /// The normalised text.
    pub(crate) lifecycle_policy: Option<String>,
    pub(crate) mutability: TagMutability,
    pub(crate) encryption: TemplateEncryption,
    /// The normalised text.
    pub(crate) repository_policy: Option<String>,
    pub(crate) resource_tags: Vec<ResourceTag>,
    pub(crate) custom_role_arn: Option<String>,
    created_at_millis: i64,
    updated_at_millis: i64,
}

/// The encryption of the repositories that a template creates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TemplateEncryption {
    /// `AES256`, `KMS` or `KMS_DSSE`.
    pub(crate) encryption_type: String,
    /// The ARN of a key. `None` with `KMS` or `KMS_DSSE` means the key that AWS manages.
    pub(crate) kms_key: Option<String>,
}

/// The members of a template to set. The others are not changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TemplateChange {
    pub(crate) applied_for: Option<Vec<CreationCause>>,
    pub(crate) description: Option<String>,
    /// The normalised text, or an empty one to remove the policy.
    pub(crate) lifecycle_policy: Option<String>,
    pub(crate) mutability: MutabilityChange,
    pub(crate) encryption: Option<TemplateEncryption>,
    /// The normalised text, or an empty one to remove the policy.
    pub(crate) repository_policy: Option<String>,
    pub(crate) resource_tags: Option<Vec<ResourceTag>>,
    pub(crate) custom_role_arn: Option<String>,
}

/// The prefix of the template for repositories without another template.
const ROOT: &str = "ROOT";

impl CreationTemplate {
    /// Returns a template with the default settings. Source: the tests of `aws_ecr_repository_creation_template` in
    /// hashicorp/terraform-provider-aws.
    fn new(prefix: &str, now: Timestamp) -> Self {
        CreationTemplate {
            prefix: prefix.to_owned(),
            applied_for: Vec::new(),
            description: None,
            lifecycle_policy: None,
            mutability: TagMutability::default(),
            encryption: TemplateEncryption {
                encryption_type: "AES256".to_owned(),
                kms_key: None,
            },
            repository_policy: None,
            resource_tags: Vec::new(),
            custom_role_arn: None,
            created_at_millis: now.as_millis(),
            updated_at_millis: now.as_millis(),
        }
    }

    /// Returns a template of the configuration.
    pub(super) fn initial(
        initial: &config::CreationTemplate,
        registry: &RegistryId,
        now: Timestamp,
    ) -> Result<Self, RepositoryError> {
        let exclusions = initial.image_tag_mutability_exclusion_filters.iter();
        let policy = initial.repository_policy.as_deref();
        let policy = policy.map(RepositoryPolicy::parse).transpose()?;
        let lifecycle = initial.lifecycle_policy.as_deref();
        let lifecycle = lifecycle.map(LifecyclePolicy::parse).transpose()?;
        Ok(CreationTemplate {
            applied_for: initial.applied_for.clone(),
            description: initial.description.clone(),
            lifecycle_policy: lifecycle.map(|policy| policy.normalised()),
            mutability: TagMutability {
                rule: initial.image_tag_mutability.into(),
                exclusions: exclusions.map(ToString::to_string).collect(),
            },
            encryption: TemplateEncryption {
                encryption_type: initial.encryption.encryption_type.name().to_owned(),
                kms_key: initial.encryption.kms_key.clone(),
            },
            repository_policy: policy.map(|policy| policy.normalised(registry.partition())),
            resource_tags: initial.resource_tags.iter().map(ResourceTag::of).collect(),
            custom_role_arn: initial.custom_role_arn.clone(),
            ..CreationTemplate::new(&initial.prefix, now)
        })
    }

    fn with(self, change: TemplateChange, now: Timestamp) -> Result<Self, MutabilityError> {
        let policy = change.repository_policy.or(self.repository_policy);
        let lifecycle = change.lifecycle_policy.or(self.lifecycle_policy);
        Ok(CreationTemplate {
            applied_for: change.applied_for.unwrap_or(self.applied_for),
            description: change.description.or(self.description),
            mutability: change.mutability.apply(self.mutability)?,
            encryption: change.encryption.unwrap_or(self.encryption),
            repository_policy: policy.filter(|text| !text.is_empty()),
            lifecycle_policy: lifecycle.filter(|text| !text.is_empty()),
            resource_tags: change.resource_tags.unwrap_or(self.resource_tags),
            custom_role_arn: change.custom_role_arn.or(self.custom_role_arn),
            updated_at_millis: now.as_millis(),
            ..self
        })
    }

    pub(crate) fn created(&self) -> Timestamp {
        Timestamp::from_millis(self.created_at_millis)
    }

    pub(crate) fn updated(&self) -> Timestamp {
        Timestamp::from_millis(self.updated_at_millis)
    }

    /// Returns whether ECR requires a role to create a repository. Source: "Creating an IAM role for repository creation templates" in the user
    /// guide of Amazon ECR.
    pub(super) fn requires_role(&self) -> bool {
        !self.resource_tags.is_empty() || self.encryption.encryption_type != "AES256"
    }
}

impl Repositories {
    pub(crate) async fn create_template(
        &self,
        registry: &RegistryId,
        prefix: &str,
        change: TemplateChange,
        now: Timestamp,
    ) -> Result<CreationTemplate, RepositoryError> {
        let folder = Folder::creation_templates(registry);
        self.write_template(registry, prefix, move |view, key, prefix| {
            if view.contains(key)? {
                return Err(RegistrySettingError::TemplateAlreadyExists(prefix.to_owned()).into());
            }
            if view.keys(&folder, None, MAX_TEMPLATES)?.len() == MAX_TEMPLATES {
                return Err(RegistrySettingError::TooManyTemplates.into());
            }
            changed(CreationTemplate::new(prefix, now), &change, now)
        })
        .await
    }

    pub(crate) async fn update_template(
        &self,
        registry: &RegistryId,
        prefix: &str,
        change: TemplateChange,
        now: Timestamp,
    ) -> Result<CreationTemplate, RepositoryError> {
        self.write_template(registry, prefix, move |view, key, prefix| {
            changed(existing(view, key, prefix)?, &change, now)
        })
        .await
    }

    /// Writes the template that a function returns, and returns it.
    async fn write_template(
        &self,
        registry: &RegistryId,
        prefix: &str,
        template: impl Fn(&dyn Snapshot, &Key, &str) -> Result<CreationTemplate, RepositoryError>
        + Send
        + 'static,
    ) -> Result<CreationTemplate, RepositoryError> {
        let (key, prefix) = (key(registry, prefix), prefix.to_owned());
        let written = self.store.transact(move |records| {
            let template = template(records.view(), &key, &prefix)?;
            records.write(&key, &template);
            Ok(template)
        });
        written.await
    }

    /// Removes a template, and returns it.
    pub(crate) async fn delete_template(
        &self,
        registry: &RegistryId,
        prefix: &str,
    ) -> Result<CreationTemplate, RepositoryError> {
        let (key, prefix) = (key(registry, prefix), prefix.to_owned());
        let deleted = self.store.transact(move |records| {
            let template = existing(records.view(), &key, &prefix)?;
            records.remove(&key);
            Ok(template)
        });
        deleted.await
    }

    /// Returns at most `limit` templates that follow the record `after`, in the byte order of their prefixes. With `only`, the list contains only
    /// these records.
    pub(crate) async fn templates(
        &self,
        registry: &RegistryId,
        only: Option<BTreeSet<String>>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<CreationTemplate>, RepositoryError> {
        let (folder, after) = (
            Folder::creation_templates(registry),
            after.map(str::to_owned),
        );
        let listed = move |record: &Record| {
            let name = record.0.name();
            only.as_ref().is_none_or(|only| only.contains(name))
        };
        self.store
            .read(move |view| {
                let all = view.page(&folder, after.as_deref(), usize::MAX)?;
                let page = all.iter().filter(|one| listed(one)).take(limit);
                let template = |(key, bytes): &Record| Ok(parse(key, bytes)?);
                page.map(template).collect()
            })
            .await
    }

    /// Returns the template by which a repository would be created.
    pub(crate) async fn template_for(
        &self,
        registry: &RegistryId,
        name: &RepositoryName,
        cause: CreationCause,
    ) -> Result<Option<CreationTemplate>, RepositoryError> {
        let (registry, name) = (registry.clone(), name.clone());
        self.store
            .read(move |view| Ok(template_in(view, &registry, &name, cause)?))
            .await
    }
}

/// Returns the template by which a repository is created: that with the longest prefix of those that apply.
///
/// Source: the descriptions of `prefix` and `appliedFor` in the service model. `[ASSUME]`: a template for other causes does not count.
pub(super) fn template_in(
    view: &dyn Snapshot,
    registry: &RegistryId,
    name: &RepositoryName,
    cause: CreationCause,
) -> Result<Option<CreationTemplate>, StoreError> {
    for prefix in prefixes(name.as_str()) {
        let template: Option<CreationTemplate> =
            view.read(&Key::creation_template(registry, prefix))?;
        if let Some(template) = template
            && template.applied_for.contains(&cause)
        {
            return Ok(Some(template));
        }
    }
    Ok(None)
}

/// Returns the prefixes of a name that can have a template or a pull-through cache rule, beginning with the longest one.
pub(super) fn prefixes(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.rmatch_indices('/');
    ends.map(|(end, _)| &name[..end]).chain([ROOT])
}

fn key(registry: &RegistryId, prefix: &str) -> Key {
    Key::creation_template(registry, record_name(prefix))
}

fn changed(
    template: CreationTemplate,
    change: &TemplateChange,
    now: Timestamp,
) -> Result<CreationTemplate, RepositoryError> {
    let changed = template.with(change.clone(), now);
    Ok(changed.map_err(RegistrySettingError::from)?)
}

fn existing(
    view: &dyn Snapshot,
    key: &Key,
    prefix: &str,
) -> Result<CreationTemplate, RepositoryError> {
    let found = view.read(key)?;
    found.ok_or_else(|| RegistrySettingError::TemplateNotFound(prefix.to_owned()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefixes_of_a_name_end_before_its_slashes() {
        let found = |name| prefixes(name).collect::<Vec<_>>();
        assert_eq!(found("prod/team/app"), ["prod/team", "prod", "ROOT"]);
        assert_eq!(found("prod"), ["ROOT"]);
    }
}
