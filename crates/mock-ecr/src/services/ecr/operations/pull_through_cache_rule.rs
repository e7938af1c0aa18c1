//! `CreatePullThroughCacheRule`, `UpdatePullThroughCacheRule` and `DeletePullThroughCacheRule`: manage the upstream registries from which images
//! are fetched when they are pulled.

use serde::Deserialize;

use crate::aws::error::ApiError;
use crate::aws::pull_through_rule::{ROOT, RuleSettings};
use crate::services::context::RequestContext;
use crate::services::ecr::views::pull_through_rule_view::PullThroughRuleView;
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

/// `[ASSUME]`: without `upstreamRepositoryPrefix`, the output has `ROOT`.
impl Operation for CreatePullThroughCacheRule {
    const NAME: &'static str = "CreatePullThroughCacheRule";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = PullThroughRuleView;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Self::Output, ApiError> {
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
        Ok(PullThroughRuleView {
            updated_at: None,
            ..PullThroughRuleView::of(&registry, created.await?)
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

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdatePullThroughCacheRule {
    ecr_repository_prefix: String,
    registry_id: Option<AccountId>,
    credential_arn: Option<String>,
    custom_role_arn: Option<String>,
}

/// Source of the message: pulumi/pulumi-aws#5714 (2025).
impl Operation for UpdatePullThroughCacheRule {
    const NAME: &'static str = "UpdatePullThroughCacheRule";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = PullThroughRuleView;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Self::Output, ApiError> {
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
        Ok(PullThroughRuleView {
            created_at: None,
            upstream_registry: None,
            upstream_registry_url: None,
            ..PullThroughRuleView::of(&registry, updated.await?)
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeletePullThroughCacheRule {
    ecr_repository_prefix: String,
    registry_id: Option<AccountId>,
}

impl Operation for DeletePullThroughCacheRule {
    const NAME: &'static str = "DeletePullThroughCacheRule";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = PullThroughRuleView;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Self::Output, ApiError> {
        let registry = cx.own_or_allowed(self.registry_id).await?;
        let (repositories, prefix) = (&cx.state.repositories, &self.ecr_repository_prefix);
        let deleted = repositories.delete_pull_through_rule(&registry, prefix);
        Ok(PullThroughRuleView {
            updated_at: None,
            upstream_registry: None,
            ..PullThroughRuleView::of(&registry, deleted.await?)
        })
    }
}
