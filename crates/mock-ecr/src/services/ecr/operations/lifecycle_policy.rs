//! `PutLifecyclePolicy`, `GetLifecyclePolicy` and `DeleteLifecyclePolicy`: manage the lifecycle policy of a repository.
//!
//! Sources of the outputs: cloud-custodian/cloud-custodian, `test_ecr_set_lifecycle` (2018), and cloud-custodian/cloud-custodian#9036 (2023).

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::aws::error::ApiError;
use crate::domain::{RepositoryError, StoredLifecyclePolicy};
use crate::lifecycle::LifecyclePolicy;
use crate::services::context::RequestContext;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Fidelity, RepositoryId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutLifecyclePolicy {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    lifecycle_policy_text: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetLifecyclePolicy {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteLifecyclePolicy {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    last_evaluated_at: Option<Box<RawValue>>,
    lifecycle_policy_text: String,
    registry_id: String,
    repository_name: String,
}

impl Output {
    fn of(id: &RepositoryId, lifecycle_policy_text: String) -> Self {
        Output {
            last_evaluated_at: None,
            lifecycle_policy_text,
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
        }
    }

    fn stored(id: &RepositoryId, policy: StoredLifecyclePolicy) -> Self {
        Output {
            last_evaluated_at: Some(epoch_seconds::raw(policy.last_evaluated)),
            ..Output::of(id, policy.text)
        }
    }
}

impl Operation for PutLifecyclePolicy {
    const NAME: &'static str = "PutLifecyclePolicy";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let id = cx.open(self.registry_id, self.repository_name).await?;
        let policy = parse(&self.lifecycle_policy_text)?;
        let repositories = &cx.state.repositories;
        repositories
            .put_lifecycle_policy(&id, &policy, cx.now)
            .await?;
        Ok(Output::of(&id, policy.normalised()))
    }
}

pub(crate) fn parse(text: &str) -> Result<LifecyclePolicy, RepositoryError> {
    Ok(LifecyclePolicy::parse(text)?)
}

impl Operation for GetLifecyclePolicy {
    const NAME: &'static str = "GetLifecyclePolicy";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let id = cx.open(self.registry_id, self.repository_name).await?;
        let policy = cx.state.repositories.lifecycle_policy(&id).await?;
        Ok(Output::stored(&id, policy))
    }
}

impl Operation for DeleteLifecyclePolicy {
    const NAME: &'static str = "DeleteLifecyclePolicy";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let id = cx.open(self.registry_id, self.repository_name).await?;
        let policy = cx.state.repositories.delete_lifecycle_policy(&id).await?;
        Ok(Output::stored(&id, policy))
    }
}
