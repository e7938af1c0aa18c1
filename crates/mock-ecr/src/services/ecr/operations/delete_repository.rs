//! `DeleteRepository`: deletes an empty repository, or with `force` a repository and its images.

use serde::Deserialize;

use crate::aws::error::ApiError;
use crate::services::context::RequestContext;
use crate::services::ecr::views::repository_view::RepositoryOutput;
use crate::services::operation::Operation;
use crate::types::{AccountId, Fidelity, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteRepository {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    force: Option<bool>,
}

impl Operation for DeleteRepository {
    const NAME: &'static str = "DeleteRepository";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = RepositoryOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<RepositoryOutput, ApiError> {
        let name = self.repository_name;
        let id = cx.open(self.registry_id, name).await?;
        let repositories = &cx.state.repositories;
        let deleted = if self.force == Some(true) {
            repositories.delete_with_images(&id).await?
        } else {
            repositories.delete(&id).await?
        };
        Ok(RepositoryOutput::of(cx, deleted))
    }
}
