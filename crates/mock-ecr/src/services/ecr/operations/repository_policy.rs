//! `SetRepositoryPolicy`, `GetRepositoryPolicy` and `DeleteRepositoryPolicy`.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::services::ecr::context::Admitted;
use crate::types::{AccountId, RepositoryId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetRepositoryPolicy {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    policy_text: String,
}

/// The repository alone: what the other two are called with.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Named {
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
            registry_id: id.account.to_string(),
            repository_name: id.name.to_string(),
        }
    }
}

impl SetRepositoryPolicy {
    pub(crate) async fn run(self, admitted: &Admitted<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name;
        let id = admitted
            .open(self.registry_id, name, "ecr:SetRepositoryPolicy")
            .await?;
        let repositories = &admitted.ecr.repositories;
        repositories.put_policy(&id, &self.policy_text).await?;
        Ok(Output::of(&id, self.policy_text))
    }
}

pub(crate) async fn get(input: Named, admitted: &Admitted<'_>) -> Result<Output, ApiError> {
    let name = input.repository_name;
    let id = admitted
        .open(input.registry_id, name, "ecr:GetRepositoryPolicy")
        .await?;
    let text = admitted.ecr.repositories.policy(&id).await?;
    Ok(Output::of(&id, text))
}

pub(crate) async fn delete(input: Named, admitted: &Admitted<'_>) -> Result<Output, ApiError> {
    let name = input.repository_name;
    let id = admitted
        .open(input.registry_id, name, "ecr:DeleteRepositoryPolicy")
        .await?;
    let text = admitted.ecr.repositories.delete_policy(&id).await?;
    Ok(Output::of(&id, text))
}
