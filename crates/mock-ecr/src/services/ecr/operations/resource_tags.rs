//! `TagResource`, `UntagResource` and `ListTagsForResource`: manage the resource tags of a repository.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::aws::registry_setting::{MAX_RESOURCE_TAGS, is_resource_tag};
use crate::domain::{RepositoryError, ResourceTag};
use crate::services::context::RequestContext;
use crate::services::ecr::views::resource_tag::TagView;
use crate::services::operation::{Effect, Operation};
use crate::types::{Fidelity, RepositoryId};

/// Checks the number and the form of the tags of an input.
///
/// The message is that of the documentation of
/// `InvalidTagParameterException` in the service model.
pub(crate) fn validate_tags(tags: Vec<TagView>) -> Result<Vec<ResourceTag>, ApiError> {
    if tags.len() > MAX_RESOURCE_TAGS {
        return Err(RepositoryError::TooManyResourceTags.into());
    }
    let is_valid = |tag: &TagView| is_resource_tag(&tag.key, &tag.value);
    if !tags.iter().all(is_valid) {
        let text = "An invalid parameter has been specified. Tag keys can have a maximum character length of 128 characters, and tag values can have a maximum length of 256 characters.";
        return Err(ApiError::modelled(
            "InvalidTagParameterException",
            text.to_owned(),
        ));
    }
    let tag = |TagView { key, value }| ResourceTag { key, value };
    Ok(tags.into_iter().map(tag).collect())
}

/// An output without members. `[ASSUME]`: it is an object.
#[derive(Debug, Serialize)]
pub(crate) struct EmptyOutput {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TagResource {
    resource_arn: String,
    tags: Vec<TagView>,
}

impl Operation for TagResource {
    const NAME: &'static str = "TagResource";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    type Output = EmptyOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<EmptyOutput, ApiError> {
        let tags = validate_tags(self.tags)?;
        let id = authorized_repository(cx, &self.resource_arn).await?;
        let repositories = &cx.state.repositories;
        repositories.tag_resource(&id, tags).await?;
        Ok(EmptyOutput {})
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UntagResource {
    resource_arn: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    const NAME: &'static str = "UntagResource";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    type Output = EmptyOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<EmptyOutput, ApiError> {
        let id = authorized_repository(cx, &self.resource_arn).await?;
        let repositories = &cx.state.repositories;
        repositories.untag_resource(&id, self.tag_keys).await?;
        Ok(EmptyOutput {})
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListTagsForResource {
    resource_arn: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Tags {
    tags: Vec<TagView>,
}

impl Operation for ListTagsForResource {
    const NAME: &'static str = "ListTagsForResource";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    type Output = Tags;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Tags, ApiError> {
        let id = authorized_repository(cx, &self.resource_arn).await?;
        let tags = cx.state.repositories.resource_tags(&id).await?;
        Ok(Tags {
            tags: tags.into_iter().map(TagView::from).collect(),
        })
    }
}

/// Returns the repository with an ARN, if it is in the Region of the caller and the caller is allowed the action. The message about another
/// Region is `[ASSUME]`.
async fn authorized_repository(
    cx: &RequestContext<'_>,
    arn: &str,
) -> Result<RepositoryId, ApiError> {
    let id: Option<RepositoryId> = arn.parse().ok();
    let id = id
        .filter(|id| id.registry.is_in(cx.caller.region()))
        .ok_or_else(|| invalid("resourceArn", "Invalid ARN"))?;
    cx.authorize(&id).await?;
    Ok(id)
}
