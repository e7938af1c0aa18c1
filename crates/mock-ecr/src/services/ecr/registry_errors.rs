//! Converts errors of the settings of a registry to the codes and messages of the ECR API.
//!
//! Sources of the messages: getmoto/moto, `ecr/exceptions.py`, for a registry without a policy; hashicorp/terraform-provider-aws#40933 (2025)
//! and pulumi/pulumi-aws#2326 (2023) for an invalid policy. `[ASSUME]`: the other messages are the descriptions in the service model.

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::domain::RegistrySettingError;

impl From<RegistrySettingError> for ApiError {
    fn from(error: RegistrySettingError) -> Self {
        let (code, message) = match error {
            RegistrySettingError::PolicyNotFound(account) => (
                "RegistryPolicyNotFoundException",
                format!("Registry policy does not exist in the registry with id '{account}'"),
            ),
            RegistrySettingError::InvalidPolicy(_) => return invalid_registry_policy(),
            RegistrySettingError::ExclusionAlreadyExists => (
                "ExclusionAlreadyExistsException",
                "The specified pull time update exclusion already exists for the registry."
                    .to_owned(),
            ),
            RegistrySettingError::ExclusionNotFound => (
                "ExclusionNotFoundException",
                "The specified pull time update exclusion was not found.".to_owned(),
            ),
            RegistrySettingError::Mutability(error) => return error.into(),
            RegistrySettingError::TooManyExclusions | RegistrySettingError::TooManyPullThroughRules | RegistrySettingError::TooManyTemplates => (
                "LimitExceededException",
                "The operation did not succeed because it would have exceeded a service limit for your account."
                    .to_owned(),
            ),
            RegistrySettingError::PullThroughRuleAlreadyExists(_) => (
                "PullThroughCacheRuleAlreadyExistsException",
                "A pull through cache rule with these settings already exists for the private registry."
                    .to_owned(),
            ),
            RegistrySettingError::PullThroughRuleNotFound(_) => (
                "PullThroughCacheRuleNotFoundException",
                "The pull through cache rule was not found. Specify a valid pull through cache rule and try again."
                    .to_owned(),
            ),
            RegistrySettingError::InvalidPullThroughRule(rule) => return rule.into(),
            RegistrySettingError::SigningConfigurationNotFound => (
                "SigningConfigurationNotFoundException",
                "The specified signing configuration was not found. This occurs when attempting to retrieve or delete a signing configuration that does not exist."
                    .to_owned(),
            ),
            RegistrySettingError::TemplateAlreadyExists(_) => (
                "TemplateAlreadyExistsException",
                "The repository creation template already exists. Specify a unique prefix and try again."
                    .to_owned(),
            ),
            RegistrySettingError::TemplateNotFound(_) => (
                "TemplateNotFoundException",
                "The specified repository creation template can't be found. Verify the registry ID and prefix and try again."
                    .to_owned(),
            ),
            error @ (RegistrySettingError::BackfillDestinationNotConfigured
            | RegistrySettingError::BackfillInProgress
            | RegistrySettingError::TooManyBackfills
            | RegistrySettingError::BackfillNotFound
            | RegistrySettingError::BackfillHasEnded) => return backfill_error(&error),
            // Only a push and a pull create a repository by a template, and these are requests to the registry.
            RegistrySettingError::TemplateWithoutRole(_) => return ApiError::Server,
        };
        ApiError::modelled(code, message)
    }
}

/// `[ASSUME]`: the messages are the descriptions in the service model, without their advice, and the first one.
fn backfill_error(error: &RegistrySettingError) -> ApiError {
    let (code, message) = match error {
        RegistrySettingError::BackfillDestinationNotConfigured => {
            let constraint =
                "Replication destination is not in the replication configuration of the registry";
            return invalid("destination", constraint);
        }
        RegistrySettingError::BackfillInProgress => (
            "ReplicationBackfillInProgressException",
            "A replication backfill is already in progress for the specified destination Region.",
        ),
        RegistrySettingError::BackfillNotFound => (
            "ReplicationBackfillNotFoundException",
            "The specified replication backfill could not be found.",
        ),
        RegistrySettingError::BackfillHasEnded => (
            "ReplicationBackfillInvalidStatusException",
            "The requested operation can't be performed on the replication backfill because it is not in a valid status for that operation.",
        ),
        _ => (
            "LimitExceededException",
            "The operation did not succeed because it would have exceeded a service limit for your account.",
        ),
    };
    ApiError::modelled(code, message.to_owned())
}

pub(super) fn invalid_registry_policy() -> ApiError {
    invalid("PolicyText", "Invalid registry policy provided")
}
