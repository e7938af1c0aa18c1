//! `CreatePullThroughCacheRule`, `UpdatePullThroughCacheRule` and `DeletePullThroughCacheRule`: manage the upstream registries from which images
//! are fetched when they are pulled.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::aws::error::ApiError;
use crate::aws::pull_through_rule::{ROOT, RuleSettings};
use crate::domain::PullThroughRule;
use crate::services::context::RequestContext;
use crate::services::operation::{Operation, Resource};
use crate::types::{AccountId, Fidelity};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatePullThroughCacheRule {
    ecr_repository_prefix: String,
    upstream_registry_url: String,
    registry_id: Option<AccountId>,
    upstream_registry: Option<String>,
    credential_arn: Option<String>,
    custom_role_arn: Option<String>,
    upstream_repository_prefix: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Created {
    created_at: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_role_arn: Option<String>,
    ecr_repository_prefix: String,
    registry_id: String,
    upstream_registry: &'static str,
    upstream_registry_url: String,
    upstream_repository_prefix: String,
}

/// `[ASSUME]`: without `upstreamRepositoryPrefix`, the output has `ROOT`.
impl Operation for CreatePullThroughCacheRule {
    const NAME: &'static str = "CreatePullThroughCacheRule";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = Created;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Created, ApiError> {
        let registry = cx.own_or_allowed(self.registry_id).await?;
        let upstream_prefix = self.upstream_repository_prefix;
        let settings = RuleSettings {
            prefix: self.ecr_repository_prefix,
            url: self.upstream_registry_url,
            upstream_prefix: upstream_prefix.unwrap_or_else(|| ROOT.to_owned()),
            credential_arn: self.credential_arn,
            custom_role_arn: self.custom_role_arn,
        };
        settings.check(&registry, self.upstream_registry.as_deref())?;
        read_secret(cx, settings.credential_arn.as_deref())?;
        let repositories = &cx.state.repositories;
        let created = repositories.create_pull_through_rule(&registry, settings, cx.now);
        let created = created.await?;
        let settings = &created.settings;
        Ok(Created {
            created_at: epoch_seconds::raw(created.created()),
            registry_id: registry.account().to_string(),
            upstream_registry: upstream_name(settings),
            credential_arn: settings.credential_arn.clone(),
            custom_role_arn: settings.custom_role_arn.clone(),
            ecr_repository_prefix: settings.prefix.clone(),
            upstream_registry_url: settings.url.clone(),
            upstream_repository_prefix: settings.upstream_prefix.clone(),
        })
    }
}

/// Checks that the secret of a rule can be read.
fn read_secret(cx: &RequestContext<'_>, arn: Option<&str>) -> Result<(), ApiError> {
    if let Some(arn) = arn {
        cx.state.upstreams.secret(arn)?;
    }
    Ok(())
}

/// Returns the kind of the upstream registry of a rule that was validated.
pub(crate) fn upstream_name(settings: &RuleSettings) -> &'static str {
    settings.upstream().map_or("", |upstream| upstream.name)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdatePullThroughCacheRule {
    ecr_repository_prefix: String,
    registry_id: Option<AccountId>,
    credential_arn: Option<String>,
    custom_role_arn: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Updated {
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_role_arn: Option<String>,
    ecr_repository_prefix: String,
    registry_id: String,
    updated_at: Box<RawValue>,
    upstream_repository_prefix: String,
}

/// Source of the message: pulumi/pulumi-aws#5714 (2025).
impl Operation for UpdatePullThroughCacheRule {
    const NAME: &'static str = "UpdatePullThroughCacheRule";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = Updated;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Updated, ApiError> {
        let registry = cx.own_or_allowed(self.registry_id).await?;
        let (credential, role) = (self.credential_arn, self.custom_role_arn);
        if credential.is_none() && role.is_none() {
            let text = "Invalid input: Please set either credential arn or role arn to update the credentials";
            return Err(ApiError::InvalidParameter(text.to_owned()));
        }
        let (repositories, prefix) = (&cx.state.repositories, &self.ecr_repository_prefix);
        let rule = repositories.pull_through_rule(&registry, prefix).await?;
        let changed = RuleSettings {
            credential_arn: credential.clone(),
            custom_role_arn: role.clone(),
            ..rule.settings
        };
        changed.check_credentials(&registry)?;
        read_secret(cx, credential.as_deref())?;
        let updated =
            repositories.update_pull_through_rule(&registry, prefix, credential, role, cx.now);
        let updated = updated.await?;
        let updated_at = epoch_seconds::raw(updated.updated());
        let settings = updated.settings;
        Ok(Updated {
            credential_arn: settings.credential_arn,
            custom_role_arn: settings.custom_role_arn,
            ecr_repository_prefix: settings.prefix,
            registry_id: registry.account().to_string(),
            updated_at,
            upstream_repository_prefix: settings.upstream_prefix,
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeletePullThroughCacheRule {
    ecr_repository_prefix: String,
    registry_id: Option<AccountId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deleted {
    created_at: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_role_arn: Option<String>,
    ecr_repository_prefix: String,
    registry_id: String,
    upstream_registry_url: String,
    upstream_repository_prefix: String,
}

impl Operation for DeletePullThroughCacheRule {
    const NAME: &'static str = "DeletePullThroughCacheRule";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = Deleted;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Deleted, ApiError> {
        let registry = cx.own_or_allowed(self.registry_id).await?;
        let (repositories, prefix) = (&cx.state.repositories, &self.ecr_repository_prefix);
        let deleted: PullThroughRule = repositories
            .delete_pull_through_rule(&registry, prefix)
            .await?;
        let created_at = epoch_seconds::raw(deleted.created());
        let settings = deleted.settings;
        Ok(Deleted {
            created_at,
            credential_arn: settings.credential_arn,
            custom_role_arn: settings.custom_role_arn,
            ecr_repository_prefix: settings.prefix,
            registry_id: registry.account().to_string(),
            upstream_registry_url: settings.url,
            upstream_repository_prefix: settings.upstream_prefix,
        })
    }
}
