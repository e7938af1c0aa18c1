//! Value types such as account IDs, Regions, names and digests. They validate, parse and format text.

mod account_id;
pub(crate) mod argument;
mod digest;
pub(crate) mod duration;
pub(crate) mod error_chain;
pub(crate) mod expected;
pub(crate) mod glob;
pub(crate) mod input_tree;
pub(crate) mod json;
pub(crate) mod json_size;
mod name;
mod operation_support;
mod principal_arn;
mod reference;
mod region;
mod registry_id;
pub(crate) mod renamed;
mod repository;
#[cfg(any(test, feature = "schemars"))]
mod schema;
pub(crate) mod secret;
pub(crate) mod secret_index;
mod service;
pub(crate) mod similar;
mod tag_filter;
mod times;
pub(crate) mod timestamp;
pub(crate) mod toml_document;
mod upload_id;

pub use account_id::AccountId;
pub(crate) use digest::Algorithm;
pub use digest::Digest;
pub use name::NameError;
pub use operation_support::{Fidelity, OperationSupport};
pub use principal_arn::PrincipalArn;
pub(crate) use reference::{Reference, Tag};
pub(crate) use region::REGIONS;
pub use region::{Partition, Region};
pub(crate) use registry_id::RegistryId;
pub(crate) use repository::RepositoryId;
pub use repository::RepositoryName;
pub use service::{Service, UnknownService};
pub use tag_filter::TagFilter;
pub use times::Times;
pub(crate) use upload_id::UploadId;
