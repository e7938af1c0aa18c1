//! `CreateRepositoryCreationTemplate`, `UpdateRepositoryCreationTemplate` and `DeleteRepositoryCreationTemplate`: manage the settings of
//! repositories that ECR creates on behalf of a caller.
//!
//! Source of the defaults in outputs: the tests of `aws_ecr_repository_creation_template` in hashicorp/terraform-provider-aws. `[ASSUME]`: a
//! member that `UpdateRepositoryCreationTemplate` does not contain is not changed.

use serde::Deserialize;

use crate::aws::error::ApiError;
use crate::services::context::RequestContext;
use crate::services::ecr::template_input::TemplateInput;
use crate::services::ecr::views::creation_template_view::CreationTemplateOutput;
use crate::services::operation::{Operation, Resource};
use crate::types::Fidelity;

#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct CreateRepositoryCreationTemplate(TemplateInput);

#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct UpdateRepositoryCreationTemplate(TemplateInput);

#[derive(Debug, Deserialize)]
pub(crate) struct DeleteRepositoryCreationTemplate {
    prefix: String,
}

impl Operation for CreateRepositoryCreationTemplate {
    const NAME: &'static str = "CreateRepositoryCreationTemplate";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = CreationTemplateOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Self::Output, ApiError> {
        let (prefix, change) = self.0.validate(cx)?;
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        let created = repositories.create_template(&registry, &prefix, change, cx.now);
        Ok(CreationTemplateOutput::of(cx, created.await?))
    }
}

impl Operation for UpdateRepositoryCreationTemplate {
    const NAME: &'static str = "UpdateRepositoryCreationTemplate";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = CreationTemplateOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Self::Output, ApiError> {
        let (prefix, change) = self.0.validate(cx)?;
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        let updated = repositories.update_template(&registry, &prefix, change, cx.now);
        Ok(CreationTemplateOutput::of(cx, updated.await?))
    }
}

impl Operation for DeleteRepositoryCreationTemplate {
    const NAME: &'static str = "DeleteRepositoryCreationTemplate";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = CreationTemplateOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Self::Output, ApiError> {
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        let deleted = repositories
            .delete_template(&registry, &self.prefix)
            .await?;
        Ok(CreationTemplateOutput::of(cx, deleted))
    }
}
