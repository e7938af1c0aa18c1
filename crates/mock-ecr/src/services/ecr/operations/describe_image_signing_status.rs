//! `DescribeImageSigningStatus`: returns the states of the signatures of an image.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::domain::{SigningState, SigningStatus};
use crate::services::context::RequestContext;
use crate::services::ecr::operations::describe_images::named_one;
use crate::services::ecr::views::image_id::ImageId;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Fidelity, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeImageSigningStatus {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    image_id: ImageId,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    image_id: ImageId,
    registry_id: String,
    repository_name: String,
    signing_statuses: Vec<StatusView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusView {
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
    signing_profile_arn: String,
    status: &'static str,
}

/// `[ASSUME]`: an image that no rule matched has no statuses.
impl Operation for DescribeImageSigningStatus {
    const NAME: &'static str = "DescribeImageSigningStatus";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const EFFECT: Effect = Effect::None;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let (digest, image_id) = named_one(cx, &id, self.image_id).await?;
        let statuses = cx.state.repositories.signing_statuses(&id, &digest).await?;
        Ok(Output {
            image_id,
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
            signing_statuses: statuses.into_iter().map(StatusView::from).collect(),
        })
    }
}

/// The failure codes and reasons of ECR are not recorded. `[ASSUME]`
impl From<SigningStatus> for StatusView {
    fn from((profile, state): SigningStatus) -> Self {
        let failure = match state {
            SigningState::Denied => Some((
                "AccessDeniedException",
                "The principal that pushed the image is not authorized to perform: signer:SignPayload",
            )),
            SigningState::NotStored => Some((
                "InternalServiceErrorException",
                "The signature could not be stored",
            )),
            SigningState::InProgress { .. } | SigningState::Complete => None,
        };
        StatusView {
            failure_code: failure.map(|(code, _)| code),
            failure_reason: failure.map(|(_, reason)| reason.to_owned()),
            signing_profile_arn: profile,
            status: match state {
                SigningState::InProgress { .. } => "IN_PROGRESS",
                SigningState::Complete => "COMPLETE",
                SigningState::Denied | SigningState::NotStored => "FAILED",
            },
        }
    }
}
