//! The part of the configuration about the settings of registries.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::{
    Config, CreationCause, CreationTemplate, Encryption, EncryptionType, ImageTagMutability,
    InitialRegistry, SigningConfiguration,
};

/// The initial settings of a registry.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Registry"))]
pub(super) struct RegistryView {
    /// The ID of the account.
    account: String,
    /// The Region.
    region: String,
    /// The policy in JSON, if there is one.
    policy: Option<String>,
    /// The account settings: names and values.
    account_settings: BTreeMap<String, String>,
    /// The repository creation templates.
    creation_templates: Vec<CreationTemplateView>,
    /// The ARNs of the users and roles whose pulls are not recorded.
    pull_time_update_exclusions: Vec<String>,
    /// The signing configuration, if there is one.
    signing: Option<SigningConfiguration>,
}

/// A repository creation template.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "CreationTemplate")
)]
struct CreationTemplateView {
    /// The prefix of the repositories, or `ROOT`.
    prefix: String,
    /// The causes to which the template applies: `CREATE_ON_PUSH`, `PULL_THROUGH_CACHE` and `REPLICATION`.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    applied_for: Vec<CreationCause>,
    /// A description.
    description: Option<String>,
    /// Whether tags can be moved: `MUTABLE` or `IMMUTABLE`.
    #[cfg_attr(test, schemars(with = "String"))]
    image_tag_mutability: ImageTagMutability,
    /// The filters of the tags to which `image_tag_mutability` does not apply.
    image_tag_mutability_exclusion_filters: Vec<String>,
    /// The encryption of the repositories.
    encryption: EncryptionView,
    /// The resource tags of the repositories.
    resource_tags: BTreeMap<String, String>,
    /// The policy of the repositories in JSON, if there is one.
    repository_policy: Option<String>,
    /// The lifecycle policy of the repositories in JSON, if there is one.
    lifecycle_policy: Option<String>,
    /// The ARN of a role.
    custom_role_arn: Option<String>,
}

/// The encryption of a repository.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Encryption"))]
pub(super) struct EncryptionView {
    /// The type: `AES256`, `KMS` or `KMS_DSSE`.
    #[cfg_attr(test, schemars(with = "String"))]
    encryption_type: EncryptionType,
    /// The ARN of the key, if there is one.
    kms_key: Option<String>,
}

impl RegistryView {
    pub(super) fn of(initial: &InitialRegistry, config: &Config) -> Self {
        let account = initial.account.unwrap_or(config.default_account());
        let region = initial.region.as_ref().unwrap_or(&config.region);
        let templates = initial.creation_templates.iter();
        RegistryView {
            account: account.to_string(),
            region: region.to_string(),
            policy: initial.policy.clone(),
            account_settings: initial.account_settings.clone(),
            creation_templates: templates.map(CreationTemplateView::of).collect(),
            pull_time_update_exclusions: initial.pull_time_update_exclusions.clone(),
            signing: initial.signing.clone(),
        }
    }
}

impl CreationTemplateView {
    fn of(template: &CreationTemplate) -> Self {
        let filters = template.image_tag_mutability_exclusion_filters.iter();
        CreationTemplateView {
            prefix: template.prefix.clone(),
            applied_for: template.applied_for.clone(),
            description: template.description.clone(),
            image_tag_mutability: template.image_tag_mutability,
            image_tag_mutability_exclusion_filters: filters.map(ToString::to_string).collect(),
            encryption: EncryptionView::of(&template.encryption),
            resource_tags: template.resource_tags.clone(),
            repository_policy: template.repository_policy.clone(),
            lifecycle_policy: template.lifecycle_policy.clone(),
            custom_role_arn: template.custom_role_arn.clone(),
        }
    }
}

impl EncryptionView {
    pub(super) fn of(encryption: &Encryption) -> Self {
        EncryptionView {
            encryption_type: encryption.encryption_type,
            kms_key: encryption.kms_key.clone(),
        }
    }
}
