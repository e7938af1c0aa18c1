//! The operations of Amazon ECR. Related operations share a file.

pub(crate) mod account_setting;
pub(crate) mod batch_delete_image;
pub(crate) mod batch_get_image;
pub(crate) mod create_repository;
pub(crate) mod delete_repository;
pub(crate) mod describe_images;
pub(crate) mod describe_repositories;
pub(crate) mod get_authorization_token;
pub(crate) mod image_scan;
pub(crate) mod layer_upload;
pub(crate) mod layers;
pub(crate) mod list_images;
pub(crate) mod put_image;
pub(crate) mod put_image_tag_mutability;
pub(crate) mod registry_scanning;
pub(crate) mod repository_policy;
pub(crate) mod repository_scanning;
pub(crate) mod resource_tags;
