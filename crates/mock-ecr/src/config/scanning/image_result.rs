//! The result of the scans of one image, in a configuration file and in the control API.

use serde::{Deserialize, Serialize};

use crate::config::scanning::finding::Finding;
use crate::config::scanning::result::{ScanResult, ScanStatus};
use crate::types::{AccountId, Region, RepositoryName};

/// The result of the scans of one image of a repository. In a configuration, the repository and the image need not exist yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ImageScanResult {
    /// The name of the repository.
    #[cfg_attr(any(test, feature = "schemars"), schemars(with = "String"))]
    pub repository: RepositoryName,
    /// The ID of the account. The default is the default account of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(any(test, feature = "schemars"), schemars(with = "Option<String>"))]
    pub account: Option<AccountId>,
    /// The Region. The default is the default Region of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(any(test, feature = "schemars"), schemars(with = "Option<String>"))]
    pub region: Option<Region>,
    /// The tag or the digest of the image.
    pub image: String,
    /// The status of a scan that has ended. The default is that of a successful scan: `COMPLETE`, or `ACTIVE` in a registry
    /// with enhanced scanning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ScanStatus>,
    /// The description of the status. The default is that of ECR for the status, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The findings. By default, they are derived from the seed and the digest of the image. A scan with a status other than
    /// `COMPLETE` and `ACTIVE` has no findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<Finding>>,
}

impl ImageScanResult {
    /// Creates the result of an image of the default account in the default Region. `image` is a tag or a digest.
    pub fn new(repository: RepositoryName, image: impl Into<String>, result: ScanResult) -> Self {
        ImageScanResult {
            repository,
            account: None,
            region: None,
            image: image.into(),
            status: result.status,
            description: result.description,
            findings: result.findings,
        }
    }

    /// Returns the result.
    pub fn result(&self) -> ScanResult {
        ScanResult {
            status: self.status,
            description: self.description.clone(),
            findings: self.findings.clone(),
        }
    }
}
