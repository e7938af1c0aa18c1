//! `DeleteRepository`.

use serde::Deserialize;

use crate::api::ApiError;
use crate::api::admitted::Admitted;
use crate::api::repository_view::RepositoryOutput;
use crate::name::{AccountId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteRepository {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    force: Option<bool>,
}

impl DeleteRepository {
    pub(super) async fn run(self, admitted: &Admitted<'_>) -> Result<RepositoryOutput, ApiError> {
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
