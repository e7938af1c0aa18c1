//! `BatchGetImage`: returns the manifests of several images.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::domain::Image;
use crate::services::context::RequestContext;
use crate::services::ecr::views::image_id::{ImageFailure, ImageId};
use crate::services::operation::Operation;
use crate::types::{AccountId, RepositoryId, RepositoryName, Tag};

/// The input. `acceptedMediaTypes` is ignored: ECR does not convert the current media types. `[ASSUME]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchGetImage {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    image_ids: Vec<ImageId>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Output {
    failures: Vec<ImageFailure>,
    images: Vec<ImageView>,
}

/// An image in outputs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImageView {
    image_id: ImageId,
    image_manifest: String,
    image_manifest_media_type: String,
    registry_id: String,
    repository_name: String,
}

impl ImageView {
    pub(crate) fn of(id: &RepositoryId, image: Image, tag: Option<&Tag>) -> Self {
        ImageView {
            image_id: ImageId::new(&image.digest, tag),
            image_manifest: String::from_utf8_lossy(&image.manifest).into_owned(),
            image_manifest_media_type: image.metadata.media_type,
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
        }
    }
}

impl Operation for BatchGetImage {
    const NAME: &'static str = "BatchGetImage";
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let mut output = Output {
            failures: Vec::new(),
            images: Vec::new(),
        };
        for image_id in self.image_ids {
            match image_id.find(cx, &id).await? {
                Ok(image) => {
                    let tag = image_id.image_tag.and_then(|tag| tag.parse().ok());
                    output.images.push(ImageView::of(&id, image, tag.as_ref()));
                }
                Err(failure) => output.failures.push(failure.into_output(image_id)),
            }
        }
        Ok(output)
    }
}
