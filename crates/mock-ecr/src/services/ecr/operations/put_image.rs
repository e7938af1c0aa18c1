//! `PutImage`: stores a manifest, the last step of a push.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::domain::{Created, NewImage, RepositoryError};
use crate::services::context::RequestContext;
use crate::services::ecr::operations::batch_get_image::ImageView;
use crate::services::operation::Operation;

use crate::types::{AccountId, Digest, Fidelity, RepositoryName, Tag};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutImage {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    image_manifest: String,
    image_manifest_media_type: Option<String>,
    image_tag: Option<String>,
    image_digest: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Output {
    image: ImageView,
}

impl Operation for PutImage {
    const NAME: &'static str = "PutImage";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let tag = self.image_tag.as_deref().map(image_tag).transpose()?;
        let digest = self.image_digest.as_deref().map(image_digest).transpose()?;
        let name = self.repository_name;
        let id = cx.open(self.registry_id, name).await?;
        let repositories = cx.repositories_for_push();
        let new = NewImage {
            manifest: self.image_manifest.into(),
            media_type: self.image_manifest_media_type,
            digest,
            tag: tag.clone(),
        };
        let pushed = repositories.put_image(&id, new, cx.now).await?;
        let digest = pushed.image.digest.clone();
        match pushed.created {
            Created::New => Ok(Output {
                image: ImageView::of(&id, pushed.image, tag.as_ref()),
            }),
            Created::Existing => Err(RepositoryError::ImageAlreadyExists {
                repository: id,
                digest,
                tag,
            }
            .into()),
        }
    }
}

/// Parses a tag. Source of the message: google/go-containerregistry#704.
fn image_tag(text: &str) -> Result<Tag, ApiError> {
    let constraint = "must satisfy regular expression '[a-zA-Z0-9-_.]+'";
    text.parse().map_err(|_| invalid("imageTag", constraint))
}

pub(crate) fn image_digest(text: &str) -> Result<Digest, ApiError> {
    let constraint = "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'";
    text.parse().map_err(|_| invalid("imageDigest", constraint))
}
