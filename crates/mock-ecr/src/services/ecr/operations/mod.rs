//! The operations of Amazon ECR. Related operations share a file.

pub(crate) mod account_setting;
pub(crate) mod batch_delete_image;
pub(crate) mod batch_get_image;
pub(crate) mod create_repository;
pub(crate) mod creation_template;
pub(crate) mod delete_repository;
pub(crate) mod describe_creation_templates;
pub(crate) mod describe_image_signing_status;
pub(crate) mod describe_images;
pub(crate) mod describe_registry;
pub(crate) mod describe_repositories;
pub(crate) mod get_authorization_token;
pub(crate) mod layer_upload;
pub(crate) mod layers;
pub(crate) mod lifecycle_policy;
pub(crate) mod lifecycle_preview;
pub(crate) mod list_image_referrers;
pub(crate) mod list_images;
pub(crate) mod pull_time_exclusion;
pub(crate) mod put_image;
pub(crate) mod put_image_tag_mutability;
pub(crate) mod registry_policy;
pub(crate) mod repository_policy;
pub(crate) mod resource_tags;
pub(crate) mod signing_configuration;
pub(crate) mod update_image_storage_class;
