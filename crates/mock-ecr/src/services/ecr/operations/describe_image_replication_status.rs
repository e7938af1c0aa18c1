//! `DescribeImageReplicationStatus`: returns the states of the replications of an image.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::domain::{ReplicationState, ReplicationStatus};
use crate::services::context::RequestContext;
use crate::services::ecr::operations::describe_images::named_one;
use crate::services::ecr::views::image_id::ImageId;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Fidelity, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeImageReplicationStatus {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    image_id: ImageId,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    image_id: ImageId,
    replication_statuses: Vec<StatusView>,
    repository_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusView {
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_code: Option<&'static str>,
    region: String,
    registry_id: String,
    status: &'static str,
}

/// Source of the empty list of an image that was not replicated: a report of a user (2021).
impl Operation for DescribeImageReplicationStatus {
    const NAME: &'static str = "DescribeImageReplicationStatus";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const EFFECT: Effect = Effect::None;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let (digest, image_id) = named_one(cx, &id, self.image_id).await?;
        let repositories = &cx.state.repositories;
        let statuses = repositories.replication_statuses(&id, &digest).await?;
        Ok(Output {
            image_id,
            replication_statuses: statuses.into_iter().map(StatusView::from).collect(),
            repository_name: id.name.to_string(),
        })
    }
}

impl From<ReplicationStatus> for StatusView {
    fn from(ReplicationStatus { destination, state }: ReplicationStatus) -> Self {
        let (status, failure_code) = match state {
            ReplicationState::InProgress { .. } => ("IN_PROGRESS", None),
            ReplicationState::Complete => ("COMPLETE", None),
            ReplicationState::Failed { code } => ("FAILED", Some(code.name())),
        };
        StatusView {
            failure_code,
            region: destination.region.to_string(),
            registry_id: destination.account.to_string(),
            status,
        }
    }
}
