//! `DeleteRepository`.

use serde::Deserialize;

use crate::aws::error::ApiError;
use crate::services::ecr::context::Admitted;
use crate::services::ecr::views::repository_view::RepositoryOutput;
use crate::types::{AccountId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteRepository {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    force: Option<bool>,
}

impl DeleteRepository {
    pub(crate) async fn run(self, admitted: &Admitted<'_>) -> Result<RepositoryOutput, ApiError> {
        let name = self.repository_name;
        let id = admitted
            .open(self.registry_id, name, "ecr:DeleteRepository")
            .await?;
        let repositories = &admitted.ecr.repositories;
        let deleted = if self.force == Some(true) {
            repositories.delete_with_images(&id).await?
        } else {
            repositories.delete(&id).await?
        };
        Ok(RepositoryOutput::of(admitted, deleted))
    }
}
