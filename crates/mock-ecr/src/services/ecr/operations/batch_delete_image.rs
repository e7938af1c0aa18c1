//! `BatchDeleteImage`: deletes images by digest, or single tags. An image is deleted with its only tag. Source: the description of the operation
//! in AWS's API reference.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::domain::{Deleted, Selection, SelectionError};
use crate::services::context::RequestContext;
use crate::services::ecr::views::image_id::{Failure, ImageFailure, ImageId};
use crate::services::operation::Operation;
use crate::types::{AccountId, Fidelity, RepositoryName};

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
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let selections: Vec<_> = self.image_ids.iter().map(ImageId::selection).collect();
        let valid = selections.iter().flatten().cloned().collect();
        let repositories = &cx.state.repositories;
        let deleted = repositories.delete_selected(&id, valid, cx.now).await?;
        Ok(Output::of(self.image_ids, selections, deleted))
    }
}

impl Output {
    /// `deleted` has the result of each valid selection.
    fn of(
        image_ids: Vec<ImageId>,
        selections: Vec<Result<Selection, Failure>>,
        deleted: Vec<Result<Deleted, SelectionError>>,
    ) -> Self {
        let mut output = Output {
            failures: Vec::new(),
            image_ids: Vec::new(),
        };
        let mut deleted = deleted.into_iter();
        for (image_id, selection) in image_ids.into_iter().zip(selections) {
            let result = selection.and_then(|_| {
                let result = deleted.next().expect("each valid selection has a result");
                result.map_err(Failure::from)
            });
            match result {
                Ok(deleted) => output.image_ids.extend(ids_of(&deleted)),
                Err(failure) => output.failures.push(failure.into_output(image_id)),
            }
        }
        output
    }
}

/// Returns one id for each deleted tag, or one for an image without tags.
fn ids_of((digest, tags): &Deleted) -> Vec<ImageId> {
    match &tags[..] {
        [] => vec![ImageId::new(digest, None)],
        tags => {
            let image_id = |tag| ImageId::new(digest, Some(tag));
            tags.iter().map(image_id).collect()
        }
    }
}
