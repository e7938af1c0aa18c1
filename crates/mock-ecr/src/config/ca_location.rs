//! Where the certificate authority of a mock is stored.

use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

use crate::types::error_chain::debug_as_chain;

/// The location of the certificate authority: `memory` or `file:DIRECTORY`. The directory contains two files in PEM:
/// the certificate `ca.pem` and its private key `ca-key.pem`.
///
/// If `ca-key.pem` does not exist, the mock creates the directory and both files. This `ca-key.pem` also contains the
/// certificate. On Unix, only the owner can read `ca-key.pem`. On Windows, the file inherits the access control list of
/// the directory. To use an existing certificate authority, put its certificate and its key into the directory under
/// these names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[non_exhaustive]
pub enum CaLocation {
    /// In memory. The mock creates a new certificate authority at each start.
    #[default]
    Memory,
    /// In the files `ca.pem` and `ca-key.pem` of this directory.
    Directory(PathBuf),
}

impl FromStr for CaLocation {
    type Err = CaLocationError;

    fn from_str(text: &str) -> Result<Self, CaLocationError> {
        match text.split_once(':') {
            None if text == "memory" => Ok(CaLocation::Memory),
            Some(("file", path)) if !path.is_empty() => Ok(CaLocation::Directory(
                path.strip_prefix("//").unwrap_or(path).into(),
            )),
            _ => Err(CaLocationError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for CaLocation {
    type Error = CaLocationError;

    fn try_from(text: String) -> Result<Self, CaLocationError> {
        text.parse()
    }
}

/// The error returned when a string is not a valid location of a certificate authority.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid location of the certificate authority {0:?}: expected memory, or file:DIRECTORY")]
pub struct CaLocationError(String);

debug_as_chain!(CaLocationError);
