//! The location of a store, and the endpoint and credentials of a bucket.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

use crate::store::postgres_url::{PostgresUrl, PostgresUrlError};
use crate::types::error_chain::debug_as_chain;
use crate::types::secret::Secret;

/// The location where repositories and images are stored: `memory`, `file:DIRECTORY` or `postgres://…`.
///
/// A directory is used by one process at a time. The mock creates a missing directory. A relative directory is relative
/// to the working directory of the process.
///
/// Several processes can use a database at the same time. It requires a [`LayersLocation`] that all of them use, and the feature
/// `postgres` of this crate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[non_exhaustive]
pub enum StoreLocation {
    /// In memory. The data is lost when the mock stops.
    #[default]
    Memory,
    /// In a directory.
    Directory(PathBuf),
    /// In a database of PostgreSQL.
    Postgres(PostgresUrl),
}

/// The location where the layers of images are stored, if the store is a directory or a database: `file:DIRECTORY`, `s3://BUCKET`
/// or `s3://BUCKET/PREFIX`. If the store is a directory, the default is this directory. A database has no default.
///
/// The location belongs to one store. The mock does not start if another store uses the location, or if the layers of the
/// store are at another location. The mock creates a missing directory. A bucket must exist; it requires an [`S3Access`]
/// and the feature `s3` of this crate.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[non_exhaustive]
pub enum LayersLocation {
    /// In a directory.
    Directory(PathBuf),
    /// In a bucket of S3, or of another service with a compatible API.
    S3 {
        /// The name of the bucket.
        bucket: String,
        /// The prefix of all keys, without a trailing slash. It can be empty.
        prefix: String,
    },
}

/// The endpoint and the credentials of a bucket. This crate does not read them from environment variables.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct S3Access {
    /// The Region with which requests are signed.
    pub region: String,
    /// The URL of the service, with the scheme `http` or `https`. It is called with path-style requests. If `None`, the
    /// endpoint of Amazon S3 in the Region is used.
    pub endpoint: Option<String>,
    /// The access key ID.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// The session token of temporary credentials. If `None`, the credentials are long-term credentials.
    pub session_token: Option<Secret>,
}

impl S3Access {
    /// Creates a value for Amazon S3 in a Region, with long-term credentials.
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
        match text {
            "memory" => Ok(StoreLocation::Memory),
            _ if text.starts_with("postgres") => Ok(StoreLocation::Postgres(text.parse()?)),
            _ if text.starts_with("s3:") => Err(StoreLocationError::Bucket(without_secrets(text))),
            _ => match parse_directory(text)? {
                Some(path) => Ok(StoreLocation::Directory(path)),
                None => Err(StoreLocationError::Unknown(without_secrets(text))),
            },
        }
    }
}

impl FromStr for LayersLocation {
    type Err = StoreLocationError;

    fn from_str(text: &str) -> Result<Self, StoreLocationError> {
        let directory = parse_directory(text)?.map(LayersLocation::Directory);
        directory
            .or_else(|| parse_bucket(text))
            .ok_or_else(|| StoreLocationError::UnknownLayers(without_secrets(text)))
    }
}

/// Parses `file:DIRECTORY` and `file:///DIRECTORY`. Returns `None` if the text has another form.
fn parse_directory(text: &str) -> Result<Option<PathBuf>, StoreLocationError> {
    let path = text.strip_prefix("file:").filter(|path| !path.is_empty());
    let Some(path) = path else {
        return Ok(None);
    };
    let path = match path.strip_prefix("//") {
        // The text before the first slash is a host.
        Some(path) if !path.starts_with('/') => {
            return Err(StoreLocationError::Host(text.to_owned()));
        }
        Some(path) => path,
        None => path,
    };
    match path == "~" || path.starts_with("~/") {
        true => Err(StoreLocationError::Home(text.to_owned())),
        false => Ok(Some(path.into())),
    }
}

/// Returns a text that is not a location without what could be a password: only the scheme of a URL, and only `file:` and `s3:` as a whole.
pub(crate) fn without_secrets(text: &str) -> String {
    let is_known = text.starts_with("file:") || (text.starts_with("s3:") && !text.contains('@'));
    match text.split_once(':') {
        Some((scheme, rest)) if !is_known && (rest.starts_with("//") || rest.contains('@')) => {
            format!("{scheme}:…")
        }
        None if text.contains('@') => "…".to_owned(),
        _ => text.to_owned(),
    }
}

fn parse_bucket(text: &str) -> Option<LayersLocation> {
    let path = text.strip_prefix("s3://")?;
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let is_valid = !bucket.is_empty() && bucket.chars().all(is_allowed);
    is_valid.then(|| LayersLocation::S3 {
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

impl TryFrom<String> for LayersLocation {
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
            StoreLocation::Postgres(url) => url.fmt(f),
        }
    }
}

impl fmt::Display for LayersLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LayersLocation::Directory(path) => write!(f, "file:{}", path.display()),
            LayersLocation::S3 { bucket, prefix } if prefix.is_empty() => {
                write!(f, "s3://{bucket}")
            }
            LayersLocation::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

/// The error returned when a string is not a valid [`StoreLocation`] or [`LayersLocation`], or when the store at a
/// location cannot be opened.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StoreLocationError {
    /// The string is not a valid location of a store.
    #[error(
        "invalid store {0:?}: expected memory, file:DIRECTORY or postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    Unknown(String),
    /// The string begins with `postgres` and is not a URL of a database.
    #[error(transparent)]
    PostgresUrl(#[from] PostgresUrlError),
    /// The location is a bucket, which cannot store records.
    #[error(
        "invalid store {0:?}: a bucket stores layers only; expected --layers {0} and --store file:DIRECTORY or postgres://… (in a configuration: \
        the keys layers and store)"
    )]
    Bucket(String),
    /// The string is not a valid location of layers.
    #[error("invalid location of layers {0:?}: expected file:DIRECTORY or s3://BUCKET/PREFIX")]
    UnknownLayers(String),
    /// The directory begins with `~`, which only shells replace, and only at the beginning of a word.
    #[error(
        "invalid location {0:?}: ~ is not replaced by the home directory; expected the path itself, such as file:$HOME/DIRECTORY in a shell"
    )]
    Home(String),
    /// The text is a URL of a file on a host.
    #[error(
        "invalid location {0:?}: a URL of a file has no host; expected file:DIRECTORY or file:///DIRECTORY"
    )]
    Host(String),
    /// The store cannot be used, for example because a database is used without the feature `postgres`.
    #[error("cannot open the store {location}")]
    Unusable {
        /// The location.
        location: String,
        /// The error of the operating system or of the database.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The location of layers cannot be used, for example because a bucket is used without the feature `s3`.
    #[error("cannot open the location of layers {location}")]
    UnusableLayers {
        /// The location.
        location: String,
        /// The error of the operating system or of S3.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

debug_as_chain!(StoreLocationError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_in_memory_in_a_directory_or_in_a_database() {
        for text in [
            "memory",
            "file:/var/lib/ecr",
            "file:images",
            "file:./~",
            "postgres://db/ecr",
        ] {
            assert_eq!(text.parse::<StoreLocation>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "file",
            "file:",
            "memory:",
            "http://a",
            "/var",
            "s3://a",
            "postgres:a",
            "file:~",
            "file:~/images",
            "file://host/images",
        ] {
            assert!(wrong.parse::<StoreLocation>().is_err(), "{wrong}");
        }
        let bucket = "s3://images/ci".parse::<StoreLocation>().unwrap_err();
        assert!(
            bucket.to_string().contains("--layers s3://images/ci"),
            "{bucket}"
        );
    }

    #[test]
    fn an_error_of_a_location_contains_no_password() {
        for text in [
            "POSTGRES://me:hunter2@db/ecr",
            "pg://me:hunter2@db/ecr",
            "postgresx://me:hunter2@db/ecr",
            "postgres:me:hunter2@db/ecr",
            "me:hunter2@db/ecr",
            "hunter2@db",
            "s3://key:hunter2@bucket",
            "https://hunter2",
        ] {
            let store = text.parse::<StoreLocation>().unwrap_err().to_string();
            let layers = text.parse::<LayersLocation>().unwrap_err().to_string();
            assert!(
                !format!("{store} {layers}").contains("hunter2"),
                "{store} {layers}"
            );
        }
        let unknown = "pg://me:hunter2@db/ecr".parse::<StoreLocation>();
        let unknown = unknown.unwrap_err().to_string();
        assert!(
            unknown.starts_with("invalid store \"pg:…\": expected "),
            "{unknown}"
        );
    }

    #[test]
    fn layers_are_in_a_directory_or_a_bucket() {
        for text in ["file:/var/lib/ecr", "s3://a.b-c", "s3://images/ci/7"] {
            assert_eq!(text.parse::<LayersLocation>().unwrap().to_string(), text);
        }
        for wrong in [
            "", "memory", "file:", "s3:", "s3://", "s3:///a", "s3:a", "s3://a b",
        ] {
            assert!(wrong.parse::<LayersLocation>().is_err(), "{wrong}");
        }
    }
}
