//! Where a store is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

use crate::types::secret::Secret;

/// Where everything that lasts is kept: `memory`, `file:` and a directory, or `s3://`, a bucket, and what its keys begin with.
///
/// A directory is made when it is not there; a bucket is not, and takes an [`S3Access`] and the crate's feature `s3`. Servers that share
/// either, and a seed, serve each other's images and tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[non_exhaustive]
pub enum StoreLocation {
    /// In the memory of the mock, and gone with it.
    #[default]
    Memory,
    /// In a directory.
    Directory(PathBuf),
    /// In a bucket of S3, or of whatever speaks like it and knows `If-None-Match`.
    S3 {
        /// The name of the bucket.
        bucket: String,
        /// What all keys begin with; may be empty.
        prefix: String,
    },
}

/// With what a bucket is reached; nothing is taken from the environment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct S3Access {
    /// The region that is signed for.
    pub region: String,
    /// The URL of the service, `http` or `https`, for path-style requests; Amazon's own of the region when there is none.
    pub endpoint: Option<String>,
    /// The access key ID.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// The session token, where the credentials are temporary.
    pub session_token: Option<Secret>,
}

impl S3Access {
    /// Creates access to Amazon S3 in a Region, with long-term credentials.
    pub fn new(
        region: impl Into<String>,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<Secret>,
    ) -> Self {
        S3Access {
            region: region.into(),
            endpoint: None,
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
        }
    }
}

impl FromStr for StoreLocation {
    type Err = StoreLocationError;

    fn from_str(text: &str) -> Result<Self, StoreLocationError> {
        match text.split_once(':') {
            None if text == "memory" => Ok(StoreLocation::Memory),
            Some(("file", path)) if !path.is_empty() => {
                let path = path.strip_prefix("//").unwrap_or(path);
                Ok(StoreLocation::Directory(path.into()))
            }
            Some(("s3", path)) => {
                parse_bucket(path).ok_or_else(|| StoreLocationError::Unknown(text.to_owned()))
            }
            _ => Err(StoreLocationError::Unknown(text.to_owned())),
        }
    }
}

fn parse_bucket(path: &str) -> Option<StoreLocation> {
    let path = path.strip_prefix("//")?;
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    let is_name = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let fits = !bucket.is_empty() && bucket.chars().all(is_name);
    fits.then(|| StoreLocation::S3 {
        bucket: bucket.to_owned(),
        prefix: prefix.trim_end_matches('/').to_owned(),
    })
}

impl TryFrom<String> for StoreLocation {
    type Error = StoreLocationError;

    fn try_from(text: String) -> Result<Self, StoreLocationError> {
        text.parse()
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreLocation::Memory => f.write_str("memory"),
            StoreLocation::Directory(path) => write!(f, "file:{}", path.display()),
            StoreLocation::S3 { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            StoreLocation::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

/// Why there is no store where one was said to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreLocationError {
    /// The text names no kind of store.
    #[error("{0:?} is no store; expected memory, file:DIRECTORY, or s3://BUCKET/PREFIX")]
    Unknown(String),
    /// The directory or the bucket cannot be used.
    #[error("cannot keep a store in {location}")]
    Unusable {
        /// The location.
        location: String,
        /// What the system, or S3, says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_memory_a_directory_or_a_bucket() {
        let directories = ["memory", "file:/var/lib/ecr", "file:images"];
        for text in [&directories[..], &["s3://a.b-c", "s3://images/ci/7"]].concat() {
            assert_eq!(text.parse::<StoreLocation>().unwrap().to_string(), text);
        }
        for wrong in [
            "", "file", "file:", "memory:", "http://a", "/var", "s3:", "s3://", "s3:///a", "s3:a",
            "s3://a b",
        ] {
            assert!(wrong.parse::<StoreLocation>().is_err(), "{wrong}");
        }
    }
}
