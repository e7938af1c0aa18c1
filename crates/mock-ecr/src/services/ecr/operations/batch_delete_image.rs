//! `BatchDeleteImage`: deletes images by digest, or single tags.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::domain::{Image, ListedImages, RepositoryError};
use crate::services::context::RequestContext;
use crate::services::ecr::views::image_id::{Failure, ImageFailure, ImageId};
use crate::services::operation::Operation;
use crate::types::{AccountId, RepositoryId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchDeleteImage {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    image_ids: Vec<ImageId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    failures: Vec<ImageFailure>,
    image_ids: Vec<ImageId>,
}

impl Operation for BatchDeleteImage {
    const NAME: &'static str = "BatchDeleteImage";
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let mut output = Output {
            failures: Vec::new(),
            image_ids: Vec::new(),
        };
        for image_id in self.image_ids {
            let deleted = match image_id.find(cx, &id).await? {
                Ok(image) => delete(cx, &id, &image_id, &image).await?,
                Err(failure) => Err(failure),
            };
            match deleted {
                Ok(image_ids) => output.image_ids.extend(image_ids),
                Err(failure) => output.failures.push(failure.into_output(image_id)),
            }
        }
        Ok(output)
    }
}

/// Deletes an image or a tag. The image is deleted too if the tag is its only one. Source: the description of the operation in AWS's API
/// reference.
async fn delete(
    cx: &RequestContext<'_>,
    id: &RepositoryId,
    image_id: &ImageId,
    image: &Image,
) -> Result<Result<Vec<ImageId>, Failure>, ApiError> {
    let repositories = &cx.state.repositories;
    let deleted = match (&image_id.image_digest, &image_id.image_tag) {
        (None, Some(tag)) => {
            let tag = tag.parse().expect("the image was found by this tag");
            repositories.delete_by_tag(id, &tag).await
        }
        _ => {
            let digest = image.digest.clone();
            let deleted = repositories
                .delete_image(id, &digest, ListedImages::Rejected)
                .await;
            deleted.map(|tags| (digest, tags))
        }
    };
    match deleted {
        Ok((digest, tags)) if tags.is_empty() => Ok(Ok(vec![ImageId::new(&digest, None)])),
        Ok((digest, tags)) => {
            let image_id = |tag| ImageId::new(&digest, Some(tag));
            Ok(Ok(tags.iter().map(image_id).collect()))
        }
        Err(RepositoryError::ListedByIndexes(indexes)) => {
            Ok(Err(Failure::ImageReferencedByManifestList(indexes)))
        }
        Err(error) => Err(error.into()),
    }
}
