//! `InitiateLayerUpload`, `UploadLayerPart` and `CompleteLayerUpload`: upload a layer in parts.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};

use crate::aws::error::{ApiError, InvalidLayerPart};
use crate::aws::model::validate::invalid;
use crate::domain::{Created, RepositoryError};
use crate::services::context::RequestContext;
use crate::services::ecr::operations::layers::layer_digest;
use crate::services::operation::Operation;

use crate::types::{AccountId, Fidelity, RepositoryId, RepositoryName, UploadId};

/// The recommended size of a layer part, in bytes. Source: the example `initiate-layer-upload` of AWS CLI, and the parts of the registry in
/// GoogleContainerTools/kaniko#607.
const PART_SIZE: u64 = 10_485_760;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InitiateLayerUpload {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Initiated {
    part_size: u64,
    upload_id: String,
}

impl Operation for InitiateLayerUpload {
    const NAME: &'static str = "InitiateLayerUpload";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Initiated;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Initiated, ApiError> {
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let repositories = &cx.state.repositories;
        let upload = repositories.begin_upload(&id, cx.now).await?;
        Ok(Initiated {
            part_size: PART_SIZE,
            upload_id: upload.to_string(),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadLayerPart {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    upload_id: String,
    part_first_byte: u64,
    part_last_byte: u64,
    layer_part_blob: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Uploaded {
    last_byte_received: u64,
    registry_id: String,
    repository_name: String,
    upload_id: String,
}

impl Operation for UploadLayerPart {
    const NAME: &'static str = "UploadLayerPart";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Uploaded;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Uploaded, ApiError> {
        let blob = BASE64_STANDARD
            .decode(&self.layer_part_blob)
            .unwrap_or_default();
        let length = self.part_last_byte.checked_sub(self.part_first_byte);
        let length = length.and_then(|length| length.checked_add(1));
        let upload = upload_id(&self.upload_id)?;
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let repositories = cx.repositories_for_push();
        if length != Some(blob.len() as u64) {
            let received = repositories.uploaded(&id, &upload, cx.now).await?.size;
            return Err(invalid_size(&id, &upload, received, blob.len()));
        }
        let content = stream::iter([Ok(Bytes::from(blob))]).boxed();
        let first = Some(self.part_first_byte);
        let uploaded = repositories.upload(&id, &upload, first, content, cx.now);
        Ok(Uploaded {
            last_byte_received: uploaded.await?.size.saturating_sub(1),
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
            upload_id: upload.to_string(),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CompleteLayerUpload {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    upload_id: String,
    layer_digests: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Completed {
    layer_digest: String,
    registry_id: String,
    repository_name: String,
    upload_id: String,
}

impl Operation for CompleteLayerUpload {
    const NAME: &'static str = "CompleteLayerUpload";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Completed;

    /// Completes an upload. Only SHA-256 digests are compared with that of the content. Source: the documentation of
    /// `awslabs/amazon-ecr-containerd-resolver`, `ecr/layer_writer.go`, and the example `complete-layer-upload` of AWS CLI.
    async fn run(self, cx: &RequestContext<'_>) -> Result<Completed, ApiError> {
        let digests = self.layer_digests.iter();
        let digests = digests.filter(|text| text.starts_with("sha256:"));
        let digests = digests.map(|text| layer_digest("layerDigests", text));
        let digests = digests.collect::<Result<Vec<_>, _>>()?;
        let upload = upload_id(&self.upload_id)?;
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let repositories = cx.repositories_for_push();
        let completed = repositories.complete_upload(&id, &upload, &digests, cx.now);
        let (digest, created) = completed.await?;
        if created == Created::Existing {
            let repository = id;
            return Err(RepositoryError::LayerAlreadyExists { repository, digest }.into());
        }
        Ok(Completed {
            layer_digest: digest.to_string(),
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
            upload_id: upload.to_string(),
        })
    }
}

/// Returns the error of a part that does not have the stated size. Source of the code: the documentation of `InvalidLayerPartException` in the
/// service model. The message is `[ASSUME]`.
fn invalid_size(id: &RepositoryId, upload: &UploadId, received: u64, size: usize) -> ApiError {
    let message = format!(
        "The layer part size is not valid: the layer part has {size} bytes, which the first and the last byte do not match"
    );
    InvalidLayerPart::new(id, upload, received, message).into()
}

fn upload_id(text: &str) -> Result<UploadId, ApiError> {
    let constraint = "must be the id of an upload";
    text.parse().map_err(|_| invalid("uploadId", constraint))
}
