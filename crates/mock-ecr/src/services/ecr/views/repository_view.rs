//! `repository` in outputs.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::domain::{Repository, TagMutability};
use crate::services::context::RequestContext;
use crate::services::ecr::views::encryption::EncryptionConfiguration;

/// A repository in outputs. The members are in alphabetical order, as in ECR. Source: hashicorp/terraform-provider-aws#35268.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RepositoryView {
    created_at: Box<RawValue>,
    encryption_configuration: EncryptionConfiguration,
    image_scanning_configuration: ImageScanningConfiguration,
    image_tag_mutability: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tag_mutability_exclusion_filters: Vec<ExclusionFilter>,
    registry_id: String,
    repository_arn: String,
    repository_name: String,
    repository_uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageScanningConfiguration {
    scan_on_push: bool,
}

/// A pattern of tags to which the opposite of the mutability applies.
#[derive(Debug, Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExclusionFilter {
    pub(crate) filter: String,
    pub(crate) filter_type: String,
}

/// An output with a repository as its only member.
#[derive(Debug, Serialize)]
pub(crate) struct RepositoryOutput {
    repository: RepositoryView,
}

impl RepositoryOutput {
    pub(crate) fn of(cx: &RequestContext<'_>, repository: Repository) -> Self {
        let repository = RepositoryView::of(cx, repository);
        RepositoryOutput { repository }
    }
}

impl RepositoryView {
    pub(crate) fn of(cx: &RequestContext<'_>, repository: Repository) -> Self {
        let Repository { id, settings } = repository;
        let host = cx.state.registry_host(&id.registry, &cx.base_url());
        RepositoryView {
            created_at: epoch_seconds::raw(settings.created()),
            image_tag_mutability: settings.mutability.name(),
            image_tag_mutability_exclusion_filters: filters(&settings.mutability),
            encryption_configuration: EncryptionConfiguration {
                encryption_type: settings.encryption_type,
                kms_key: settings.kms_key,
            },
            image_scanning_configuration: ImageScanningConfiguration {
                scan_on_push: settings.scan_on_push,
            },
            repository_uri: format!("{host}/{}", id.name),
            repository_arn: id.to_string(),
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
        }
    }
}

/// Returns the exclusion filters of a mutability, for an output.
pub(crate) fn filters(mutability: &TagMutability) -> Vec<ExclusionFilter> {
    let filter = |pattern: &String| ExclusionFilter {
        filter: pattern.clone(),
        filter_type: "WILDCARD".to_owned(),
    };
    mutability.exclusions.iter().map(filter).collect()
}
