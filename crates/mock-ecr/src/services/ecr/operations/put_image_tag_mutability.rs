//! `PutImageTagMutability`: sets the tag mutability of a repository.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::domain::{MutabilityError, TagMutability};
use crate::services::context::RequestContext;
use crate::services::ecr::views::repository_view::{ExclusionFilter, filters};
use crate::services::operation::Operation;
use crate::types::{AccountId, Fidelity, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutImageTagMutability {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    image_tag_mutability: String,
    image_tag_mutability_exclusion_filters: Option<Vec<ExclusionFilter>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    image_tag_mutability: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tag_mutability_exclusion_filters: Vec<ExclusionFilter>,
    registry_id: String,
    repository_name: String,
}

impl Operation for PutImageTagMutability {
    const NAME: &'static str = "PutImageTagMutability";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let exclusions = self.image_tag_mutability_exclusion_filters;
        let exclusions = exclusions.as_deref().unwrap_or_default();
        let mutability = mutability(&self.image_tag_mutability, exclusions)?;
        let name = self.repository_name;
        let id = cx.open(self.registry_id, name).await?;
        let repositories = &cx.state.repositories;
        let repository = repositories.put_mutability(&id, mutability).await?;
        let mutability = repository.settings.mutability;
        Ok(Output {
            image_tag_mutability: mutability.name(),
            image_tag_mutability_exclusion_filters: filters(&mutability),
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
        })
    }
}

/// Returns the mutability with a name and filters.
pub(crate) fn mutability(
    name: &str,
    filters: &[ExclusionFilter],
) -> Result<TagMutability, ApiError> {
    Ok(TagMutability::named(name, patterns(filters))?)
}

pub(crate) fn patterns(filters: &[ExclusionFilter]) -> Vec<String> {
    filters.iter().map(|filter| filter.filter.clone()).collect()
}

/// Source of the message about missing filters: aws/aws-cdk#35246 (2025). The other messages are `[ASSUME]`.
impl From<MutabilityError> for ApiError {
    fn from(error: MutabilityError) -> Self {
        let constraint = match error {
            MutabilityError::MissingFilters(name) => &format!(
                "ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as {name}"
            ),
            MutabilityError::TooManyWildcards => {
                "A filter can contain a maximum of 2 wildcards (*)"
            }
            MutabilityError::UnexpectedFilters => {
                "must be given with IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION, and only with these"
            }
        };
        invalid("imageTagMutabilityExclusionFilters", constraint)
    }
}
