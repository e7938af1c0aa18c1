//! The operations on repositories, images, tags and layers. The API and the registry share them and only translate requests and responses.
//!
//! The time is a parameter, `now`. Only [`access`] depends on the caller.

mod access;
mod account_setting;
mod activation;
mod all_images;
mod archive;
mod background;
mod cache;
mod created;
mod creation;
mod creation_template;
mod details;
mod due;
mod due_runner;
mod error;
mod finish_background;
mod garbage;
pub(crate) mod hasher;
mod image;
mod image_record;
mod image_status;
mod initial_settings;
pub(crate) mod kms_key;
mod layer;
mod layer_record;
mod lifecycle_images;
mod lifecycle_policy;
mod lifecycle_preview;
mod lifecycle_record;
mod lifecycle_run;
mod lifecycle_step;
mod listing;
mod manifest;
mod manifest_members;
mod manifest_rules;
mod mutability;
mod new_layer;
mod oci_layout;
mod present;
mod pull;
mod pull_exclusion;
mod pull_through_record;
mod pull_through_rule;
mod push;
mod put_image;
mod quota;
mod referrers;
mod registry_error;
mod registry_policy;
mod registry_settings;
mod rejected;
pub(crate) mod rejection;
mod replication;
mod repositories;
mod repository;
mod repository_policy;
mod reset_count;
mod resource_tag_record;
mod resource_tags;
mod restoration;
mod restored_image;
mod run;
mod run_due;
pub(crate) mod scan_error;
pub(crate) mod scanning;
mod selection;
mod signature;
mod signing;
mod signing_configuration;
mod signing_permission;
mod signing_state;
mod staged_object;
mod sweeper;
#[cfg(test)]
#[cfg(feature = "file-store")]
mod tests;
mod upload;
mod upload_ids;
mod upload_record;
mod upstream_import;

pub(crate) use access::AccessError;
pub(crate) use all_images::ImagePosition;
pub use background::{BackgroundKind, BackgroundRun};
pub(crate) use cache::{Cache, CacheState, ImportTarget};
pub(crate) use created::Created;
pub(crate) use creation::WithoutTemplate;
pub(crate) use creation_template::{CreationTemplate, TemplateChange, TemplateEncryption};
pub(crate) use details::{ImageDetails, RepositoryDetails};
pub(crate) use error::{InvalidManifest, RepositoryError};
pub(crate) use image::ListedImages;
pub(crate) use image_record::Image;
pub(crate) use image_status::StatusFilter;
pub(crate) use layer::{ListedLayer, Mountable};
pub(crate) use lifecycle_policy::StoredLifecyclePolicy;
pub(crate) use lifecycle_preview::{
    LifecyclePreview, PreviewPage, PreviewResult, PreviewStatus, PreviewSummary,
};
pub(crate) use lifecycle_run::LifecycleRun;
pub(crate) use listing::{Tagged, TaggedImage};
pub(crate) use manifest::{MAX_MANIFEST_BYTES, Manifest};
pub(crate) use mutability::{MutabilityChange, MutabilityError, TagMutability};
pub(crate) use oci_layout::LayoutError;
pub(crate) use pull_through_record::PullThroughRule;
pub(crate) use put_image::NewImage;
pub(crate) use referrers::{Referrer, ReferrerFilter};
pub(crate) use registry_error::RegistrySettingError;
pub(crate) use replication::{
    Backfill, BackfillImage, BackfillProgress, BackfillStatus, BackfillSummary, PrivateRegistry,
    ReplicationRule, ReplicationSettings, ReplicationState, ReplicationStatus,
};
pub(crate) use repositories::{Repositories, Unpublished};
pub(crate) use repository::{Repository, Settings};
pub(crate) use resource_tag_record::ResourceTag;
pub(crate) use selection::{Deleted, Selected, Selection, SelectionError};
pub(crate) use signing_configuration::SigningRule;
pub(crate) use signing_permission::SigningPermission;
pub(crate) use signing_state::{SigningState, SigningStatus};
pub(crate) use staged_object::{ContentError, ContentStream};
pub(crate) use upload_record::Uploaded;
pub(crate) use upstream_import::{Imported, StagedLayer, UpstreamImage, UpstreamImages};
