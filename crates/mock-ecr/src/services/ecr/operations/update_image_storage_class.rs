//! `UpdateImageStorageClass`: archives an image, or restores it.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::lifecycle::StorageClass;
use crate::services::context::RequestContext;
use crate::services::ecr::image_error::image_error;
use crate::services::ecr::views::image_id::{Failure, ImageId};
use crate::services::operation::Operation;
use crate::types::{AccountId, Fidelity, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateImageStorageClass {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    image_id: ImageId,
    target_storage_class: Target,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Target {
    Standard,
    Archive,
}

impl From<Target> for StorageClass {
    fn from(target: Target) -> Self {
        match target {
            Target::Standard => StorageClass::Standard,
            Target::Archive => StorageClass::Archive,
        }
    }
}

/// `[ASSUME]`: `imageId` is that of the input, with the digest.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    image_id: ImageId,
    image_status: &'static str,
    registry_id: String,
    repository_name: String,
}

impl Operation for UpdateImageStorageClass {
    const NAME: &'static str = "UpdateImageStorageClass";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let rejected = |failure: &Failure| image_error("imageId", failure, &self.image_id, &id);
        let selection = self
            .image_id
            .selection()
            .map_err(|error| rejected(&error))?;
        let (repositories, target) = (&cx.state.repositories, self.target_storage_class);
        let updated = repositories.update_storage_class(&id, selection, target.into(), cx.now);
        let (digest, status) = updated.await?.map_err(|error| rejected(&error.into()))?;
        Ok(Output {
            image_id: ImageId {
                image_digest: Some(digest.to_string()),
                ..self.image_id.clone()
            },
            image_status: status.name(),
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
        })
    }
}
