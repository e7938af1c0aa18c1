//! The types of the fields of a [`Config`], the environment variables and the connector of clients, and the errors of
//! invalid values.

mod background;
mod ca_location;
mod check;
mod check_accounts;
pub(crate) mod configuration;
mod conflict;
mod encryption;
mod endpoint_template;
mod error;
mod file;
pub(crate) mod image;
mod limits;
pub(crate) mod policy;
mod proxy_endpoint;
pub(crate) mod pull_through;
mod quotas;
mod redirect;
mod registries;
mod registry;
mod registry_url;
#[cfg(test)]
mod rejects;
pub(crate) mod replication;
pub(crate) mod scanning;
mod unique;

pub use crate::clock::{ClockStart, ClockStartError, SigV4Clock};
#[cfg(feature = "connector")]
pub use crate::http::connector::{ConnectError, InProcessConnection, InProcessConnector};
pub use crate::iam::auth_mode::AuthMode;
pub use crate::iam::authorization::CrossAccount;
pub use crate::iam::condition_key::ConditionKey;
pub use crate::iam::identity_store::SessionError;
pub use crate::iam::unknown_conditions::UnknownConditions;
pub use crate::store::{
    LayersLocation, PostgresUrl, PostgresUrlError, S3Access, StoreLocation, StoreLocationError,
};
pub use crate::types::argument::ArgumentError;
pub use crate::types::duration::{DurationError, parse_duration};
pub use crate::types::secret::Secret;
pub use crate::types::timestamp::TimestampError;
pub use crate::types::{NameError, Partition, ScanFilter, TagFilter};
pub use background::Background;
pub use ca_location::{CaLocation, CaLocationError};
pub(crate) use check::MAX_TOKEN_LENGTH;
pub use configuration::Account;
pub(crate) use configuration::Config;
pub use encryption::{Encryption, EncryptionType};
pub use endpoint_template::{EndpointTemplate, ProxyEndpointError};
pub use error::ConfigError;
pub(crate) use image::Image;
pub use limits::Limits;
pub use proxy_endpoint::ProxyEndpoint;
pub use pull_through::{
    PullThroughCacheRule, SecretAccess, StoredSecret, UpstreamAddress, UpstreamAddressError,
    Upstreams,
};
pub use quotas::Quotas;
pub use redirect::{Redirect, Variable};
pub use registries::{
    CreationCause, CreationTemplate, InitialRegistry, SigningConfiguration, SigningRule,
};
pub use registry::{Dialect, ImageTagMutability, InitialRepository, Quirk};
pub(crate) use registry_url::registry_url;
pub use replication::{RegistryReplication, ReplicationDestination, ReplicationRule};
pub use scanning::{ImageScanResult, RegistryScanning, ScanFrequency, ScanRule, ScanType};
