//! `ValidatePullThroughCacheRule`: checks whether a rule can fetch images.

use serde::Deserialize;

use crate::aws::error::ApiError;
use crate::services::context::RequestContext;
use crate::services::ecr::pull_through::pull;
use crate::services::ecr::views::pull_through_rule_view::PullThroughRuleView;
use crate::services::operation::{Operation, Resource};
use crate::types::{AccountId, Fidelity};
use crate::upstream::{SecretError, UpstreamError};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ValidatePullThroughCacheRule {
    ecr_repository_prefix: String,
    registry_id: Option<AccountId>,
}

/// Source: the description of the operation in the service model. The texts of `failure` are `[ASSUME]`.
impl Operation for ValidatePullThroughCacheRule {
    const NAME: &'static str = "ValidatePullThroughCacheRule";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = PullThroughRuleView;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Self::Output, ApiError> {
        let registry = cx.own_or_allowed(self.registry_id).await?;
        let (state, prefix) = (cx.state, &self.ecr_repository_prefix);
        let rule = state
            .repositories
            .pull_through_rule(&registry, prefix)
            .await?;
        let (pull, reservation) = (pull(cx), cx.another_reservation());
        let validated = state
            .upstreams
            .validate(&pull, &registry, &rule, reservation);
        let failure = validated.await.err().map(failure).transpose()?;
        Ok(PullThroughRuleView {
            created_at: None,
            is_valid: Some(failure.is_none()),
            failure,
            updated_at: None,
            upstream_registry: None,
            ..PullThroughRuleView::of(&registry, rule)
        })
    }
}

/// Returns the reason why a rule is not valid.
fn failure(error: UpstreamError) -> Result<String, ApiError> {
    let reason = match error {
        UpstreamError::BuffersFull(full) => return Err(full.into()),
        UpstreamError::Repository(error) => return Err(error.into()),
        UpstreamError::Secret(SecretError::Malformed) => {
            "The secret is not a JSON object with the keys username and accessToken.".to_owned()
        }
        UpstreamError::Secret(error) => match ApiError::from(error) {
            ApiError::Modelled { message, .. } => message,
            error => return Err(error),
        },
        UpstreamError::AccessDenied(_) => {
            "The authentication to the upstream registry failed.".to_owned()
        }
        error => error.to_string(),
    };
    Ok(reason)
}
