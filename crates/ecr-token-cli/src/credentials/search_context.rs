//! What the search for credentials uses.

use crate::config::metadata::MetadataService;
use crate::config::profile::Profiles;
use crate::credentials::provided::Provided;
use crate::credentials::{container, environment, instance};
use crate::error::Error;

/// The profiles and the metadata service.
#[derive(Debug)]
pub(super) struct SearchContext<'a> {
    pub(super) profiles: &'a Profiles,
    pub(super) metadata: &'a MetadataService,
}

/// Whether variables of the environment are used. `--profile` excludes those with credentials and with web identities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Variables {
    Used,
    Ignored,
}

/// A source that `credential_source` can name.
#[derive(Debug, Clone, Copy)]
pub(super) enum NamedSource {
    Environment,
    Container,
    Instance,
}

impl NamedSource {
    /// Parses a name, which is case-sensitive.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "Environment" => Some(Self::Environment),
            "EcsContainer" => Some(Self::Container),
            "Ec2InstanceMetadata" => Some(Self::Instance),
            _ => None,
        }
    }
}

impl SearchContext<'_> {
    /// Returns the credentials of a source.
    ///
    /// # Errors
    /// Returns the errors of the source.
    pub(super) async fn named(&self, source: NamedSource) -> Result<Option<Provided>, Error> {
        match source {
            NamedSource::Environment => environment::find(),
            NamedSource::Container => container::find().await,
            NamedSource::Instance => instance::find(self.metadata).await,
        }
    }
}
