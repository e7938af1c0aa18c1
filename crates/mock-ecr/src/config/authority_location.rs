//! The location of the certificate authority.

use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

/// Where the authority is kept: `memory`, or `file:` and a directory that holds `ca.pem` and `ca-key.pem`.
///
/// What is not in the directory is made and written there, the key for its owner alone. An authority of one's own is given by putting its
/// two files there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[non_exhaustive]
pub enum AuthorityLocation {
    /// In the memory of the mock: another one at each start.
    #[default]
    Memory,
    /// In a directory.
    Directory(PathBuf),
}

impl FromStr for AuthorityLocation {
    type Err = AuthorityLocationError;

    fn from_str(text: &str) -> Result<Self, AuthorityLocationError> {
        match text.split_once(':') {
            None if text == "memory" => Ok(AuthorityLocation::Memory),
            Some(("file", path)) if !path.is_empty() => Ok(AuthorityLocation::Directory(
                path.strip_prefix("//").unwrap_or(path).into(),
            )),
            _ => Err(AuthorityLocationError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for AuthorityLocation {
    type Error = AuthorityLocationError;

    fn try_from(text: String) -> Result<Self, AuthorityLocationError> {
        text.parse()
    }
}

/// The error for a text that is not a location of a certificate authority.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no place for an authority; expected memory, or file:DIRECTORY")]
pub struct AuthorityLocationError(String);
