//! `repositoryCreationTemplate` in outputs.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::config::CreationCause;
use crate::domain::CreationTemplate;
use crate::services::context::RequestContext;
use crate::services::ecr::views::encryption::EncryptionConfiguration;
use crate::services::ecr::views::repository_view::{ExclusionFilter, filters};
use crate::services::ecr::views::resource_tag::TagView;

/// A template in outputs. The members are in alphabetical order, as in ECR. `[ASSUME]`: a member without a value is absent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreationTemplateView {
    applied_for: Vec<&'static str>,
    created_at: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_role_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    encryption_configuration: EncryptionConfiguration,
    image_tag_mutability: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tag_mutability_exclusion_filters: Vec<ExclusionFilter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle_policy: Option<String>,
    prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository_policy: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_tags: Vec<TagView>,
    updated_at: Box<RawValue>,
}

impl From<CreationTemplate> for CreationTemplateView {
    fn from(template: CreationTemplate) -> Self {
        let causes = template.applied_for.iter().copied();
        CreationTemplateView {
            applied_for: causes.map(CreationCause::name).collect(),
            created_at: epoch_seconds::raw(template.created()),
            updated_at: epoch_seconds::raw(template.updated()),
            custom_role_arn: template.custom_role_arn,
            description: template.description,
            encryption_configuration: EncryptionConfiguration {
                encryption_type: template.encryption.encryption_type,
                kms_key: template.encryption.kms_key,
            },
            image_tag_mutability: template.mutability.name(),
            image_tag_mutability_exclusion_filters: filters(&template.mutability),
            lifecycle_policy: template.lifecycle_policy,
            prefix: template.prefix,
            repository_policy: template.repository_policy,
            resource_tags: template
                .resource_tags
                .into_iter()
                .map(TagView::from)
                .collect(),
        }
    }
}

/// An output with a template.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreationTemplateOutput {
    registry_id: String,
    repository_creation_template: CreationTemplateView,
}

impl CreationTemplateOutput {
    pub(crate) fn of(cx: &RequestContext<'_>, template: CreationTemplate) -> Self {
        CreationTemplateOutput {
            registry_id: cx.caller.account().to_string(),
            repository_creation_template: template.into(),
        }
    }
}
