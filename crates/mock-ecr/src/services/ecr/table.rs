//! The operations of Amazon ECR that the mock implements.

use crate::services::ecr::operations;
use crate::services::operation::Entry;

/// In the order of their names.
pub(crate) const OPERATIONS: &[Entry] = &[
    Entry::of::<operations::layers::BatchCheckLayerAvailability>(),
    Entry::of::<operations::batch_delete_image::BatchDeleteImage>(),
    Entry::of::<operations::batch_get_image::BatchGetImage>(),
    Entry::of::<operations::repository_scanning::BatchGetRepositoryScanningConfiguration>(),
    Entry::of::<operations::layer_upload::CompleteLayerUpload>(),
    Entry::of::<operations::create_repository::CreateRepository>(),
    Entry::of::<operations::delete_repository::DeleteRepository>(),
    Entry::of::<operations::repository_policy::DeleteRepositoryPolicy>(),
    Entry::of::<operations::image_scan::DescribeImageScanFindings>(),
    Entry::of::<operations::describe_images::DescribeImages>(),
    Entry::of::<operations::describe_repositories::DescribeRepositories>(),
    Entry::of::<operations::account_setting::GetAccountSetting>(),
    Entry::of::<operations::get_authorization_token::GetAuthorizationToken>(),
    Entry::of::<operations::layers::GetDownloadUrlForLayer>(),
    Entry::of::<operations::registry_scanning::GetRegistryScanningConfiguration>(),
    Entry::of::<operations::repository_policy::GetRepositoryPolicy>(),
    Entry::of::<operations::layer_upload::InitiateLayerUpload>(),
    Entry::of::<operations::list_images::ListImages>(),
    Entry::of::<operations::resource_tags::ListTagsForResource>(),
    Entry::of::<operations::account_setting::PutAccountSetting>(),
    Entry::of::<operations::put_image::PutImage>(),
    Entry::of::<operations::repository_scanning::PutImageScanningConfiguration>(),
    Entry::of::<operations::put_image_tag_mutability::PutImageTagMutability>(),
    Entry::of::<operations::registry_scanning::PutRegistryScanningConfiguration>(),
    Entry::of::<operations::repository_policy::SetRepositoryPolicy>(),
    Entry::of::<operations::image_scan::StartImageScan>(),
    Entry::of::<operations::resource_tags::TagResource>(),
    Entry::of::<operations::resource_tags::UntagResource>(),
    Entry::of::<operations::layer_upload::UploadLayerPart>(),
];
