//! The operations that the mock has.

use serde::Serialize;

use crate::aws::error::ApiError;
use crate::aws::model::validate::Input;
use crate::request_log::Exchange;
use crate::services::ecr::context::Admitted;
use crate::services::ecr::operations::batch_delete_image::BatchDeleteImage;
use crate::services::ecr::operations::batch_get_image::BatchGetImage;
use crate::services::ecr::operations::create_repository::CreateRepository;
use crate::services::ecr::operations::delete_repository::DeleteRepository;
use crate::services::ecr::operations::describe_images::DescribeImages;
use crate::services::ecr::operations::describe_repositories::DescribeRepositories;
use crate::services::ecr::operations::get_authorization_token::GetAuthorizationToken;
use crate::services::ecr::operations::layer_upload::{
    CompleteLayerUpload, InitiateLayerUpload, UploadLayerPart,
};
use crate::services::ecr::operations::layers::{
    BatchCheckLayerAvailability, GetDownloadUrlForLayer,
};
use crate::services::ecr::operations::list_images::ListImages;
use crate::services::ecr::operations::put_image::PutImage;
use crate::services::ecr::operations::put_image_tag_mutability::PutImageTagMutability;
use crate::services::ecr::operations::repository_policy;
use crate::services::ecr::operations::repository_policy::SetRepositoryPolicy;
use crate::services::ecr::operations::resource_tags::{
    ListTagsForResource, TagResource, UntagResource,
};

/// An operation, by the name that targets, policies and the service model have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    BatchCheckLayerAvailability,
    BatchDeleteImage,
    BatchGetImage,
    CompleteLayerUpload,
    CreateRepository,
    DeleteRepository,
    DeleteRepositoryPolicy,
    DescribeImages,
    DescribeRepositories,
    GetAuthorizationToken,
    GetDownloadUrlForLayer,
    GetRepositoryPolicy,
    InitiateLayerUpload,
    ListImages,
    ListTagsForResource,
    PutImage,
    PutImageTagMutability,
    SetRepositoryPolicy,
    TagResource,
    UntagResource,
    UploadLayerPart,
}

impl Operation {
    const ALL: [Operation; 21] = [
        Operation::BatchCheckLayerAvailability,
        Operation::BatchDeleteImage,
        Operation::BatchGetImage,
        Operation::CompleteLayerUpload,
        Operation::CreateRepository,
        Operation::DeleteRepository,
        Operation::DeleteRepositoryPolicy,
        Operation::DescribeImages,
        Operation::DescribeRepositories,
        Operation::GetAuthorizationToken,
        Operation::GetDownloadUrlForLayer,
        Operation::GetRepositoryPolicy,
        Operation::InitiateLayerUpload,
        Operation::ListImages,
        Operation::ListTagsForResource,
        Operation::PutImage,
        Operation::PutImageTagMutability,
        Operation::SetRepositoryPolicy,
        Operation::TagResource,
        Operation::UntagResource,
        Operation::UploadLayerPart,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Operation::BatchCheckLayerAvailability => "BatchCheckLayerAvailability",
            Operation::BatchDeleteImage => "BatchDeleteImage",
            Operation::BatchGetImage => "BatchGetImage",
            Operation::CompleteLayerUpload => "CompleteLayerUpload",
            Operation::CreateRepository => "CreateRepository",
            Operation::DeleteRepository => "DeleteRepository",
            Operation::DeleteRepositoryPolicy => "DeleteRepositoryPolicy",
            Operation::DescribeImages => "DescribeImages",
            Operation::DescribeRepositories => "DescribeRepositories",
            Operation::GetAuthorizationToken => "GetAuthorizationToken",
            Operation::GetDownloadUrlForLayer => "GetDownloadUrlForLayer",
            Operation::GetRepositoryPolicy => "GetRepositoryPolicy",
            Operation::InitiateLayerUpload => "InitiateLayerUpload",
            Operation::ListImages => "ListImages",
            Operation::ListTagsForResource => "ListTagsForResource",
            Operation::PutImage => "PutImage",
            Operation::PutImageTagMutability => "PutImageTagMutability",
            Operation::SetRepositoryPolicy => "SetRepositoryPolicy",
            Operation::TagResource => "TagResource",
            Operation::UntagResource => "UntagResource",
            Operation::UploadLayerPart => "UploadLayerPart",
        }
    }

    /// Does what is asked for, and returns the output as JSON.
    pub(crate) async fn run(
        self,
        at: &Admitted<'_>,
        input: Input,
        exchange: &mut Exchange,
    ) -> Result<String, ApiError> {
        let name = self.name();
        match self {
            Operation::BatchCheckLayerAvailability => {
                BatchCheckLayerAvailability::run(input.read(name)?, at)
                    .await
                    .map(json)
            }
            Operation::BatchDeleteImage => {
                BatchDeleteImage::run(input.read(name)?, at).await.map(json)
            }
            Operation::BatchGetImage => BatchGetImage::run(input.read(name)?, at).await.map(json),
            Operation::CompleteLayerUpload => CompleteLayerUpload::run(input.read(name)?, at)
                .await
                .map(json),
            Operation::CreateRepository => {
                CreateRepository::run(input.read(name)?, at).await.map(json)
            }
            Operation::DeleteRepository => {
                DeleteRepository::run(input.read(name)?, at).await.map(json)
            }
            Operation::DeleteRepositoryPolicy => repository_policy::delete(input.read(name)?, at)
                .await
                .map(json),
            Operation::DescribeImages => DescribeImages::run(input.read(name)?, at).await.map(json),
            Operation::DescribeRepositories => DescribeRepositories::run(input.read(name)?, at)
                .await
                .map(json),
            Operation::GetAuthorizationToken => {
                at.authorize_registry("ecr:GetAuthorizationToken")?;
                let operation: GetAuthorizationToken = input.read(name)?;
                Ok(operation.run(at.ecr, at.caller, at.now, exchange))
            }
            Operation::GetDownloadUrlForLayer => GetDownloadUrlForLayer::run(input.read(name)?, at)
                .await
                .map(json),
            Operation::GetRepositoryPolicy => repository_policy::get(input.read(name)?, at)
                .await
                .map(json),
            Operation::InitiateLayerUpload => InitiateLayerUpload::run(input.read(name)?, at)
                .await
                .map(json),
            Operation::ListImages => ListImages::run(input.read(name)?, at).await.map(json),
            Operation::ListTagsForResource => ListTagsForResource::run(input.read(name)?, at)
                .await
                .map(json),
            Operation::PutImage => PutImage::run(input.read(name)?, at).await.map(json),
            Operation::PutImageTagMutability => PutImageTagMutability::run(input.read(name)?, at)
                .await
                .map(json),
            Operation::SetRepositoryPolicy => SetRepositoryPolicy::run(input.read(name)?, at)
                .await
                .map(json),
            Operation::TagResource => TagResource::run(input.read(name)?, at).await.map(json),
            Operation::UntagResource => UntagResource::run(input.read(name)?, at).await.map(json),
            Operation::UploadLayerPart => {
                UploadLayerPart::run(input.read(name)?, at).await.map(json)
            }
        }
    }
}

/// Writes an output; its members stand in the order of its fields, which is the alphabetical one, as ECR has it.
fn json<T: Serialize>(output: T) -> String {
    serde_json::to_string(&output).expect("outputs are texts, numbers, lists and objects")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::model::shapes::Model;

    #[test]
    fn the_operations_are_those_of_the_model() {
        let names: Vec<&str> = Operation::ALL.map(Operation::name).to_vec();
        assert_eq!(names, Model::get().operations().collect::<Vec<_>>());
        assert_eq!(names, crate::types::OPERATIONS);
        for operation in Operation::ALL {
            assert_eq!(Operation::named(operation.name()), Some(operation));
        }
    }
}
