//! The error type of configurations.

use std::error::Error;
use std::path::PathBuf;
use std::{fmt, io};

use crate::config::conflict::{Conflict, format_path};

/// An invalid configuration. The message has the form `FILE:LINE: KEY: problem`. It contains the file, the line, the
/// key and the expected value. Parts that are not known are omitted.
#[derive(Debug)]
pub struct ConfigError {
    pub(super) file: Option<PathBuf>,
    pub(super) line: Option<usize>,
    pub(super) key: String,
    pub(super) message: String,
    pub(super) source: Option<Box<dyn Error + Send + Sync>>,
}

impl ConfigError {
    /// Returns the line of the invalid value, starting at 1. Returns `None` if the line is not known, for example
    /// because the configuration was created in code, or because the TOML file cannot be read or does not contain the
    /// value.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// Returns the key of the invalid value, such as `principals[0].arn`. Returns an empty string if the error does not
    /// concern a key.
    pub fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn new(line: Option<usize>, key: String, message: String) -> Self {
        ConfigError {
            file: None,
            line,
            key,
            message,
            source: None,
        }
    }

    pub(super) fn unreadable(error: io::Error) -> Self {
        ConfigError {
            source: Some(error.into()),
            ..ConfigError::new(None, String::new(), "cannot read the file".to_owned())
        }
    }
}

/// A configuration that was created in code has no lines.
impl From<Conflict> for ConfigError {
    fn from(conflict: Conflict) -> Self {
        let Conflict {
            at,
            found,
            expected,
            cause,
        } = conflict;
        let message = format!("invalid value {found:?}: expected {expected}");
        ConfigError {
            source: cause.map(Into::into),
            ..ConfigError::new(None, format_path(&at), message)
        }
    }
}

/// Formats the error as one line, `FILE:LINE: KEY: problem`. Parts that are not known are omitted.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}:", file.display())?;
        }
        match (self.line, &self.file) {
            (Some(line), Some(_)) => write!(f, "{line}: ")?,
            (Some(line), None) => write!(f, "line {line}: ")?,
            (None, Some(_)) => f.write_str(" ")?,
            (None, None) => {}
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}
