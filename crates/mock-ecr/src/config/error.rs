//! An error in a configuration.

use std::error::Error;
use std::path::PathBuf;
use std::{fmt, io};

use crate::config::conflict::{Conflict, format_path};

/// A configuration that cannot be: the file, the line, the key, and what was expected there.
#[derive(Debug)]
pub struct ConfigError {
    pub(super) file: Option<PathBuf>,
    pub(super) line: Option<usize>,
    pub(super) key: String,
    pub(super) message: String,
    pub(super) source: Option<Box<dyn Error + Send + Sync>>,
}

impl ConfigError {
    /// The line of the file, counted from 1, where one can be named.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The key, such as `principals[0].arn`; empty where the trouble is with no key.
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
            ..ConfigError::new(None, String::new(), "cannot be read".to_owned())
        }
    }
}

/// A conflict in a configuration that was written in code has no line.
impl From<Conflict> for ConfigError {
    fn from(conflict: Conflict) -> Self {
        let Conflict {
            at,
            found,
            expected,
            cause,
        } = conflict;
        let message = format!("{found:?} will not do; expected {expected}");
        ConfigError {
            source: cause.map(Into::into),
            ..ConfigError::new(None, format_path(&at), message)
        }
    }
}

/// One line: `FILE:LINE: KEY: what is wrong; expected what`, without what is not known.
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
