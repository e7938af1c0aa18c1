//! Where a store is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use object_store::local::LocalFileSystem;
use serde::Deserialize;

use crate::store::Store;

/// Where everything that lasts is kept: `memory`, or `file:` and a directory.
///
/// A directory is made when it is not there. Servers that share one, and a seed, serve each other's images and tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[non_exhaustive]
pub enum StoreLocation {
    /// In the memory of the mock, and gone with it.
    #[default]
    Memory,
    /// In a directory.
    Directory(PathBuf),
}

impl StoreLocation {
    /// Opens the store that is there.
    pub(crate) fn open(&self) -> Result<Store, StoreLocationError> {
        match self {
            StoreLocation::Memory => Ok(Store::in_memory()),
            StoreLocation::Directory(path) => {
                let unusable = |cause: String| StoreLocationError::Unusable {
                    path: path.clone(),
                    cause,
                };
                std::fs::create_dir_all(path).map_err(|cause| unusable(cause.to_string()))?;
                let files = LocalFileSystem::new_with_prefix(path)
                    .map_err(|cause| unusable(cause.to_string()))?;
                Ok(Store::of(files))
            }
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
            _ => Err(StoreLocationError::Unknown(text.to_owned())),
        }
    }
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
        }
    }
}

/// Why there is no store where one was said to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreLocationError {
    /// The text names no kind of store.
    #[error("{0:?} is no store; expected memory, or file:DIRECTORY")]
    Unknown(String),
    /// The directory cannot be used.
    #[error("cannot keep a store in {path}: {cause}", path = path.display())]
    Unusable {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_memory_or_a_directory() {
        for text in ["memory", "file:/var/lib/ecr", "file:images"] {
            assert_eq!(text.parse::<StoreLocation>().unwrap().to_string(), text);
        }
        for wrong in ["", "file", "file:", "memory:", "http://a", "/var"] {
            assert!(wrong.parse::<StoreLocation>().is_err(), "{wrong}");
        }
    }
}
