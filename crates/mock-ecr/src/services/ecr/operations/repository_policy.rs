//! `SetRepositoryPolicy`, `GetRepositoryPolicy` and `DeleteRepositoryPolicy`: manage the policy of a repository.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::domain::RepositoryError;
use crate::iam::authorization;
use crate::iam::policy::accept::RejectedPolicy;
use crate::iam::policy::repository_policy::{RepositoryPolicy, Verdict};
use crate::services::context::RequestContext;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Fidelity, RepositoryId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetRepositoryPolicy {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    policy_text: String,
    #[serde(default)]
    force: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetRepositoryPolicy {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteRepositoryPolicy {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    policy_text: String,
    registry_id: String,
    repository_name: String,
}

impl Output {
    fn of(id: &RepositoryId, policy_text: String) -> Self {
        Output {
            policy_text,
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
        }
    }
}

impl Operation for SetRepositoryPolicy {
    const NAME: &'static str = "SetRepositoryPolicy";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let id = cx
            .open(self.registry_id, self.repository_name.clone())
            .await?;
        let by_registry = cx.registry_verdict(&id).await?;
        let accepted = self.accept(cx, &id, by_registry);
        let policy = accepted.inspect_err(|rejected| cx.log_rejected(rejected, &id))?;
        cx.state.repositories.put_policy(&id, &policy).await?;
        Ok(Output::of(&id, policy.normalised(id.registry.partition())))
    }
}

impl SetRepositoryPolicy {
    fn accept(
        &self,
        cx: &RequestContext<'_>,
        id: &RepositoryId,
        by_registry: Verdict,
    ) -> Result<RepositoryPolicy, RejectedPolicy> {
        let policy = RepositoryPolicy::parse(&self.policy_text)?;
        let acceptance = cx.state.policy_acceptance();
        acceptance.check(&policy, id.registry.partition())?;
        if !self.force {
            cx.check_lock_out(&policy, id, by_registry)?;
        }
        Ok(policy)
    }
}

impl RequestContext<'_> {
    /// Logs why a policy was rejected: the error of ECR does not contain the reason.
    fn log_rejected(&self, rejected: &RejectedPolicy, id: &RepositoryId) {
        let (caller, reason) = (self.caller.arn(), rejected.to_string());
        tracing::warn!(repository = %id, %caller, ?reason, "a repository policy was rejected");
    }

    /// Returns the verdict of the policy of the registry on this request.
    async fn registry_verdict(&self, id: &RepositoryId) -> Result<Verdict, RepositoryError> {
        let (request, resource) = (self.access_request(), id.to_string());
        let repositories = &self.state.repositories;
        repositories
            .registry_verdict(&request, &id.registry, &resource)
            .await
    }

    /// Checks that the caller could replace the policy. `by_registry` is the verdict of the policy of the registry.
    ///
    /// Source: the documentation of `force` in the service model.
    fn check_lock_out(
        &self,
        policy: &RepositoryPolicy,
        id: &RepositoryId,
        by_registry: Verdict,
    ) -> Result<(), RejectedPolicy> {
        let request = self.access_request();
        let verdict = policy.verdict(&request).max(by_registry);
        let cross_account = self.state.config.cross_account;
        authorization::authorize(&request, id, verdict, cross_account)
            .map_err(|_| RejectedPolicy::LockOut(id.clone()))
    }
}

/// Sources of the messages: awsdocs/amazon-ecr-user-guide#20 (2019) for an invalid policy, hashicorp/terraform-provider-aws#39064 (2024) for
/// a principal. `[ASSUME]`: the message about a policy that requires `force`.
impl From<RejectedPolicy> for ApiError {
    fn from(rejected: RejectedPolicy) -> Self {
        let constraint = match rejected {
            RejectedPolicy::Invalid(_) => "Invalid repository policy provided",
            RejectedPolicy::Principal { .. } => "Principal not found",
            RejectedPolicy::LockOut(_) => {
                "The policy would prevent you from setting another policy in the future. Use force to set it"
            }
            RejectedPolicy::Conditions(_) => return ApiError::NotImplemented(rejected.to_string()),
        };
        invalid("PolicyText", constraint)
    }
}

impl Operation for GetRepositoryPolicy {
    const NAME: &'static str = "GetRepositoryPolicy";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let id = cx.open(self.registry_id, self.repository_name).await?;
        let text = cx.state.repositories.policy(&id).await?;
        Ok(Output::of(&id, text))
    }
}

impl Operation for DeleteRepositoryPolicy {
    const NAME: &'static str = "DeleteRepositoryPolicy";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let id = cx.open(self.registry_id, self.repository_name).await?;
        let text = cx.state.repositories.delete_policy(&id).await?;
        Ok(Output::of(&id, text))
    }
}
