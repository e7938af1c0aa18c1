//! `SetRepositoryPolicy`, `GetRepositoryPolicy` and `DeleteRepositoryPolicy`.

use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::api::admitted::Admitted;
use crate::name::{AccountId, RepositoryId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SetRepositoryPolicy {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    policy_text: String,
}

/// The repository alone: what the other two are called with.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Named {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
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
    pub(super) async fn run(self, admitted: &Admitted<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name;
        let id = admitted
            .open(self.registry_id, name, "ecr:SetRepositoryPolicy")
            .await?;
        let repositories = &admitted.ecr.repositories;
        repositories.put_policy(&id, &self.policy_text).await?;
        Ok(Output::of(&id, self.policy_text))
    }
}

pub(super) async fn get(input: Named, admitted: &Admitted<'_>) -> Result<Output, ApiError> {
    let name = input.repository_name;
    let id = admitted
        .open(input.registry_id, name, "ecr:GetRepositoryPolicy")
        .await?;
    let text = admitted.ecr.repositories.policy(&id).await?;
    Ok(Output::of(&id, text))
}

pub(super) async fn delete(input: Named, admitted: &Admitted<'_>) -> Result<Output, ApiError> {
    let name = input.repository_name;
    let id = admitted
        .open(input.registry_id, name, "ecr:DeleteRepositoryPolicy")
        .await?;
    let text = admitted.ecr.repositories.delete_policy(&id).await?;
    Ok(Output::of(&id, text))
}
