//! `CreateRepository`: creates a repository with its settings and tags.

use serde::Deserialize;

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::domain::{Settings, kms_key};
use crate::services::context::RequestContext;
use crate::services::ecr::operations::put_image_tag_mutability::mutability;
use crate::services::ecr::operations::resource_tags::validate_tags;
use crate::services::ecr::views::encryption::EncryptionConfiguration;
use crate::services::ecr::views::repository_view::{ExclusionFilter, RepositoryOutput};
use crate::services::ecr::views::resource_tag::TagView;
use crate::services::operation::Operation;
use crate::types::{AccountId, Fidelity, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateRepository {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    image_tag_mutability: Option<String>,
    image_tag_mutability_exclusion_filters: Option<Vec<ExclusionFilter>>,
    encryption_configuration: Option<EncryptionConfiguration>,
    image_scanning_configuration: Option<ImageScanningConfiguration>,
    tags: Option<Vec<TagView>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageScanningConfiguration {
    scan_on_push: Option<bool>,
}

impl Operation for CreateRepository {
    const NAME: &'static str = "CreateRepository";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = RepositoryOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<RepositoryOutput, ApiError> {
        let settings = self.settings(cx)?;
        let tags = validate_tags(self.tags.unwrap_or_default())?;
        let name = self.repository_name;
        let id = cx.open(self.registry_id, name).await?;
        let repositories = &cx.state.repositories;
        let repository = repositories.create(&id, settings, tags).await?;
        Ok(RepositoryOutput::of(cx, repository))
    }
}

impl CreateRepository {
    fn settings(&self, cx: &RequestContext<'_>) -> Result<Settings, ApiError> {
        let mut settings = Settings::created_at(cx.now);
        let name = self.image_tag_mutability.as_deref();
        let filters = self.image_tag_mutability_exclusion_filters.as_deref();
        settings.mutability = mutability(
            name.unwrap_or(settings.mutability.name()),
            filters.unwrap_or_default(),
        )?;
        if let Some(encryption) = &self.encryption_configuration {
            settings
                .encryption_type
                .clone_from(&encryption.encryption_type);
            settings.kms_key = self.kms_key(encryption, cx)?;
        }
        if let Some(scanning) = &self.image_scanning_configuration {
            settings.scan_on_push = scanning.scan_on_push.unwrap_or_default();
        }
        Ok(settings)
    }

    /// Returns the ARN of the key, if the repository is encrypted with one. That `kmsKey` is not permitted with `AES256` is `[ASSUME]`.
    fn kms_key(
        &self,
        encryption: &EncryptionConfiguration,
        cx: &RequestContext<'_>,
    ) -> Result<Option<String>, ApiError> {
        let named = encryption.kms_key.as_deref();
        if encryption.encryption_type == "AES256" {
            return match named {
                None => Ok(None),
                Some(_) => Err(invalid("kmsKey", "cannot be used with AES256")),
            };
        }
        let account = cx.registry(self.registry_id);
        Ok(Some(kms_key::arn(named, account, cx.caller.region())?))
    }
}
