//! `BatchGetImage`: returns the manifests of several images.

use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};

use crate::aws::error::ApiError;
use crate::domain::{Image, Selected, Selection, SelectionError};
use crate::services::context::RequestContext;
use crate::services::ecr::pull_through;
use crate::services::ecr::views::image_id::{Failure, ImageFailure, ImageId};
use crate::services::operation::Operation;
use crate::types::{AccountId, Fidelity, RepositoryId, RepositoryName, Tag};

/// The input. `acceptedMediaTypes` is ignored. ECR converts the manifest of an image that is requested by a tag between the formats of Docker and
/// OCI (the user guide of Amazon ECR, `image-manifest-formats.html`; aws/containers-roadmap#1075). The mock does not, because no record contains
/// a converted manifest, so its digest would not be that of ECR.
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
    image_manifest: ManifestText,
    image_manifest_media_type: String,
    registry_id: String,
    repository_name: String,
}

/// A manifest as a string of JSON. It is not copied before it is serialized.
#[derive(Debug)]
struct ManifestText(Bytes);

impl Serialize for ManifestText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(&self.0))
    }
}

impl ImageView {
    pub(crate) fn of(id: &RepositoryId, image: Image, tag: Option<&Tag>) -> Self {
        ImageView {
            image_id: ImageId::new(&image.digest, tag),
            image_manifest: ManifestText(image.manifest),
            image_manifest_media_type: image.metadata.media_type,
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
        }
    }
}

/// It is a change, because it records that the images were pulled. The memory of the output is reserved before.
impl Operation for BatchGetImage {
    const NAME: &'static str = "BatchGetImage";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let id = cx.open(self.registry_id, self.repository_name).await?;
        let mut selections: Vec<_> = self.image_ids.iter().map(ImageId::selection).collect();
        let has_rule = pull_through::has_rule(cx, &id).await?;
        let is_failed = has_rule && pull_through::prepare(cx, &id, &mut selections).await?;
        let valid: Vec<_> = selections.iter().flatten().cloned().collect();
        // The repository of a cache does not exist before its first image.
        let found = match is_failed && valid.is_empty() {
            true => Vec::new(),
            false => read(cx, &id, valid).await?,
        };
        let repositories = &cx.state.repositories;
        let pulled = found.iter().flatten();
        repositories
            .record_pull(&id, pulled, cx.caller.arn(), cx.now)
            .await?;
        let mut found = found.into_iter();
        let mut output = Output {
            failures: Vec::new(),
            images: Vec::new(),
        };
        for (image_id, selection) in self.image_ids.into_iter().zip(selections) {
            let image = selection.and_then(|_| {
                let image = found.next().expect("each valid selection has a result");
                image.map_err(Failure::from)
            });
            match image {
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

/// Reads the selected images at one time, after their memory was reserved.
async fn read(
    cx: &RequestContext<'_>,
    id: &RepositoryId,
    selections: Vec<Selection>,
) -> Result<Vec<Result<Image, SelectionError>>, ApiError> {
    let repositories = &cx.state.repositories;
    let mut reserved = 0;
    loop {
        let selected = repositories.selected(id, selections.clone(), reserved);
        match selected.await? {
            Selected::Images(images) => return Ok(images),
            Selected::TooLong(size) => {
                cx.reserve(COPIES.saturating_mul(size - reserved))?;
                reserved = size;
            }
        }
    }
}

/// The memory for a byte of a manifest: the byte, and its JSON string, in which it can be escaped.
const COPIES: u64 = 3;
