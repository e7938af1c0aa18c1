//! Files of JSON below the home directory, in which v1 caches tokens and sessions. The name of a file is a digest of its key.

use std::fs;
use std::path::Path;

use ecr_token_source::replace_private_file;
use ring::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde_json::Value;

use crate::credential_error::CredentialError;
use crate::python_json::{self, JsonError};
use crate::python_path::expand_user;

/// A file of a cache.
#[derive(Debug)]
pub(super) struct JsonFile {
    path: String,
    key: String,
}

impl JsonFile {
    /// Returns the file for a text in a directory such as `~/.aws/sso/cache`.
    pub(super) fn of(directory: &str, text: &str) -> Self {
        Self::named_by(&SHA1_FOR_LEGACY_USE_ONLY, directory, text)
    }

    /// Returns the file in a directory whose files have the SHA-256 digests of their keys as names.
    pub(super) fn of_sha256(directory: &str, text: &str) -> Self {
        Self::named_by(&SHA256, directory, text)
    }

    fn named_by(algorithm: &'static Algorithm, directory: &str, text: &str) -> Self {
        let digest = digest(algorithm, text.as_bytes());
        let key: String = digest
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let path = format!("{}/{key}.json", expand_user(directory));
        Self { path, key }
    }

    /// Reads the file. Returns `None` if it does not exist.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not JSON.
    pub(super) fn read(&self) -> Result<Option<Value>, CredentialError> {
        let path = Path::new(&self.path);
        if !path.is_file() {
            return Ok(None);
        }
        let unreadable = || CredentialError::CacheKey(self.key.clone());
        let content = fs::read_to_string(path).map_err(|_| unreadable())?;
        let document = python_json::parse(&content).map_err(|error| match error {
            JsonError::Invalid(_) => unreadable(),
            error => CredentialError::Python(error.to_string()),
        });
        document.map(Some)
    }

    /// Replaces the file. Only its owner can read it. Other than in v1, a home directory that cannot be written is not an error.
    pub(super) fn write(&self, document: &Value) {
        let path = Path::new(&self.path);
        let directory = path.parent().map(fs::create_dir_all);
        if matches!(directory, Some(Ok(()))) {
            // Without the file, the next command requests new credentials.
            let _ = replace_private_file(path, document.to_string().as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_digest_of_the_text() {
        let file = JsonFile::of("/d", "abc");
        assert_eq!(
            file.path,
            "/d/a9993e364706816aba3e25717850c26c9cd0d89d.json"
        );
    }

    #[test]
    fn a_written_document_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b");
        let file = JsonFile::of(path.to_str().unwrap(), "abc");
        assert!(file.read().unwrap().is_none());
        file.write(&serde_json::json!({"a": 1}));
        assert_eq!(file.read().unwrap().unwrap()["a"], 1);
        fs::write(&file.path, "{").unwrap();
        let error = file.read().unwrap_err().to_string();
        assert_eq!(error, "'a9993e364706816aba3e25717850c26c9cd0d89d'");
    }
}
