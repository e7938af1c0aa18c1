//! `PutRegistryPolicy`, `GetRegistryPolicy` and `DeleteRegistryPolicy`: manage the policy of the registry of the caller.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::domain::{RegistrySettingError, RepositoryError};
use crate::iam::policy::accept::RejectedPolicy;
use crate::iam::policy::registry_policy::RegistryPolicy;
use crate::services::context::RequestContext;
use crate::services::ecr::registry_errors::invalid_registry_policy;
use crate::services::operation::{Effect, Operation, Resource};
use crate::types::Fidelity;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutRegistryPolicy {
    policy_text: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct GetRegistryPolicy {}

#[derive(Debug, Deserialize)]
pub(crate) struct DeleteRegistryPolicy {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    policy_text: String,
    registry_id: String,
}

impl Output {
    fn of(cx: &RequestContext<'_>, policy_text: String) -> Self {
        Output {
            policy_text,
            registry_id: cx.caller.account().to_string(),
        }
    }
}

/// `[ANALOG]`: the text is normalised like the policy of a repository.
impl Operation for PutRegistryPolicy {
    const NAME: &'static str = "PutRegistryPolicy";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let policy = self.accept(cx).map_err(|rejected| {
            log_rejected(cx, &rejected);
            match rejected {
                RejectedPolicy::Conditions(_) => ApiError::NotImplemented(rejected.to_string()),
                _ => invalid_registry_policy(),
            }
        })?;
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        let put = repositories.put_registry_policy(&registry, &policy).await;
        let put = put.inspect_err(|error| {
            if let RepositoryError::Registry(RegistrySettingError::InvalidPolicy(_)) = error {
                log_rejected(cx, error);
            }
        });
        Ok(Output::of(cx, put?))
    }
}

impl PutRegistryPolicy {
    fn accept(&self, cx: &RequestContext<'_>) -> Result<RegistryPolicy, RejectedPolicy> {
        let policy = RegistryPolicy::parse(&self.policy_text)?;
        let acceptance = cx.state.policy_acceptance();
        let partition = cx.caller.region().partition();
        acceptance.check(policy.as_policy(), partition)?;
        Ok(policy)
    }
}

/// Logs why a policy was rejected: the error of ECR does not contain the reason.
fn log_rejected(cx: &RequestContext<'_>, reason: &impl ToString) {
    let (caller, reason) = (cx.caller.arn(), reason.to_string());
    tracing::warn!(%caller, ?reason, "a registry policy was rejected");
}

impl Operation for GetRegistryPolicy {
    const NAME: &'static str = "GetRegistryPolicy";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const EFFECT: Effect = Effect::None;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let repositories = &cx.state.repositories;
        let text = repositories.registry_policy(&cx.own_registry()).await?;
        Ok(Output::of(cx, text))
    }
}

impl Operation for DeleteRegistryPolicy {
    const NAME: &'static str = "DeleteRegistryPolicy";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        let text = repositories.delete_registry_policy(&registry).await?;
        Ok(Output::of(cx, text))
    }
}
