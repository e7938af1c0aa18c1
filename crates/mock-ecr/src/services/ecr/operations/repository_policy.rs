//! `SetRepositoryPolicy`, `GetRepositoryPolicy` and `DeleteRepositoryPolicy`: manage the policy of a repository.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::services::context::RequestContext;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, RepositoryId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetRepositoryPolicy {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    policy_text: String,
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
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name;
        let id = cx.open(self.registry_id, name).await?;
        let repositories = &cx.state.repositories;
        repositories.put_policy(&id, &self.policy_text).await?;
        Ok(Output::of(&id, self.policy_text))
    }
}

impl Operation for GetRepositoryPolicy {
    const NAME: &'static str = "GetRepositoryPolicy";
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
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let id = cx.open(self.registry_id, self.repository_name).await?;
        let text = cx.state.repositories.delete_policy(&id).await?;
        Ok(Output::of(&id, text))
    }
}
