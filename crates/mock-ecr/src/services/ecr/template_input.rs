//! The members of a repository creation template in inputs, and their validation.
//!
//! `[ASSUME]`: the messages, and that each error is `InvalidParameterException`: the service model declares neither `KmsException` nor
//! `InvalidTagParameterException` for these operations.

use serde::Deserialize;

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::aws::registry_setting::{is_kms_key_in, is_role_of};
use crate::config::CreationCause;
use crate::domain::{MutabilityChange, ResourceTag, TemplateChange, TemplateEncryption};
use crate::iam::policy::accept::RejectedPolicy;
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::services::context::RequestContext;
use crate::services::ecr::operations::lifecycle_policy;
use crate::services::ecr::operations::put_image_tag_mutability::patterns;
use crate::services::ecr::operations::resource_tags::validate_tags;
use crate::services::ecr::views::encryption::EncryptionConfiguration;
use crate::services::ecr::views::repository_view::ExclusionFilter;
use crate::services::ecr::views::resource_tag::TagView;

/// A template in an input.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TemplateInput {
    prefix: String,
    applied_for: Option<Vec<String>>,
    custom_role_arn: Option<String>,
    description: Option<String>,
    encryption_configuration: Option<EncryptionConfiguration>,
    image_tag_mutability: Option<String>,
    image_tag_mutability_exclusion_filters: Option<Vec<ExclusionFilter>>,
    lifecycle_policy: Option<String>,
    repository_policy: Option<String>,
    resource_tags: Option<Vec<TagView>>,
}

impl TemplateInput {
    /// Returns the prefix and the members of the template.
    pub(crate) fn validate(
        self,
        cx: &RequestContext<'_>,
    ) -> Result<(String, TemplateChange), ApiError> {
        let change = TemplateChange {
            applied_for: self.causes()?,
            mutability: self.mutability(),
            repository_policy: self.policy(cx)?,
            lifecycle_policy: self.lifecycle()?,
            custom_role_arn: self.role(cx)?,
            description: self.description,
            encryption: self
                .encryption_configuration
                .map(|encryption| validate_encryption(encryption, cx))
                .transpose()?,
            resource_tags: self.resource_tags.map(tags).transpose()?,
        };
        Ok((self.prefix, change))
    }

    /// Returns the normalised lifecycle policy, or an empty text. `[ASSUME]`: it is validated as by `PutLifecyclePolicy`.
    fn lifecycle(&self) -> Result<Option<String>, ApiError> {
        match self.lifecycle_policy.as_deref() {
            None | Some("") => Ok(self.lifecycle_policy.clone()),
            Some(text) => Ok(Some(lifecycle_policy::parse(text)?.normalised())),
        }
    }

    fn causes(&self) -> Result<Option<Vec<CreationCause>>, ApiError> {
        let Some(names) = &self.applied_for else {
            return Ok(None);
        };
        if names.is_empty() {
            let constraint = "Member must have length greater than or equal to 1";
            return Err(invalid("appliedFor", constraint));
        }
        let mut causes = Vec::new();
        for cause in names.iter().filter_map(|name| CreationCause::named(name)) {
            if !causes.contains(&cause) {
                causes.push(cause);
            }
        }
        Ok(Some(causes))
    }

    fn mutability(&self) -> MutabilityChange {
        let filters = self.image_tag_mutability_exclusion_filters.as_deref();
        MutabilityChange {
            name: self.image_tag_mutability.clone(),
            exclusions: filters.map(patterns),
        }
    }

    /// Returns the normalised policy, or an empty text.
    fn policy(&self, cx: &RequestContext<'_>) -> Result<Option<String>, ApiError> {
        let text = match self.repository_policy.as_deref() {
            None | Some("") => return Ok(self.repository_policy.clone()),
            Some(text) => text,
        };
        let partition = cx.caller.region().partition();
        let accepted = RepositoryPolicy::parse(text)
            .map_err(RejectedPolicy::from)
            .and_then(|policy| {
                let acceptance = cx.state.policy_acceptance();
                acceptance.check(&policy, partition)?;
                Ok(policy)
            });
        match accepted {
            Ok(policy) => Ok(Some(policy.normalised(partition))),
            Err(rejected) => {
                let (caller, reason) = (cx.caller.arn(), rejected.to_string());
                tracing::warn!(%caller, ?reason, "the policy of a repository creation template was rejected");
                Err(rejected.into())
            }
        }
    }

    fn role(&self, cx: &RequestContext<'_>) -> Result<Option<String>, ApiError> {
        match &self.custom_role_arn {
            Some(arn) if !is_role_of(arn, cx.caller.account(), cx.caller.region()) => Err(invalid(
                "customRoleArn",
                "must be the ARN of a role in the account of the registry",
            )),
            arn => Ok(arn.clone()),
        }
    }
}

fn validate_encryption(
    encryption: EncryptionConfiguration,
    cx: &RequestContext<'_>,
) -> Result<TemplateEncryption, ApiError> {
    let EncryptionConfiguration {
        encryption_type,
        kms_key,
    } = encryption;
    let kms_key = kms_key.filter(|key| !key.is_empty());
    if kms_key.is_some() && encryption_type == "AES256" {
        return Err(invalid("kmsKey", "cannot be used with AES256"));
    }
    let is_known = |key: &String| is_kms_key_in(key, cx.caller.region());
    if !kms_key.iter().all(is_known) {
        return Err(invalid("kmsKey", "must be the ARN of a key in the Region"));
    }
    Ok(TemplateEncryption {
        encryption_type,
        kms_key,
    })
}

fn tags(tags: Vec<TagView>) -> Result<Vec<ResourceTag>, ApiError> {
    validate_tags(tags).map_err(|_| {
        let constraint = "must have at most 50 tags with keys of 1 to 128 characters and values of at most 256 characters";
        invalid("resourceTags", constraint)
    })
}
