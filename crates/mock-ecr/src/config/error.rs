//! The error type of configurations.

use std::error::Error;
use std::path::PathBuf;
use std::{fmt, io};

use crate::config::conflict::{Conflict, format_path};
use crate::types::error_chain::debug_as_chain;
use crate::types::printable::printable;
use crate::types::shortened::shortened;

/// A position in a TOML file. Lines and columns start at 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The file and the position of a value of a configuration.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(super) file: PathBuf,
    pub(super) position: Option<Position>,
}

/// An invalid configuration. The message has the form `FILE:LINE:COLUMN: KEY: problem`. It contains the file, the
/// line, the column, the key and the expected value. Parts that are not known are omitted.
pub struct ConfigError {
    pub(super) file: Option<PathBuf>,
    pub(super) position: Option<Position>,
    pub(super) key: String,
    pub(super) message: String,
    pub(super) source: Option<Box<dyn Error + Send + Sync>>,
}

debug_as_chain!(ConfigError);

impl ConfigError {
    /// Returns the line of the invalid value, starting at 1. Returns `None` if the line is not known, for example
    /// because the configuration was created in code, or because the TOML file cannot be read or does not contain the
    /// value.
    pub fn line(&self) -> Option<usize> {
        self.position.map(|position| position.line)
    }

    /// Returns the column of the invalid value in its line, in characters, starting at 1. Returns `None` if
    /// [`line`](ConfigError::line) returns `None`.
    pub fn column(&self) -> Option<usize> {
        self.position.map(|position| position.column)
    }

    /// Returns the key of the invalid value, such as `principals[0].arn`. Returns an empty string if the error does not
    /// concern a key.
    pub fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn new(position: Option<Position>, key: String, message: String) -> Self {
        ConfigError {
            file: None,
            position,
            key,
            message,
            source: None,
        }
    }

    /// Returns the error of an image layout that cannot be imported into the repository `repositories[index]`.
    pub(crate) fn layout(
        index: usize,
        origin: Option<&Origin>,
        error: impl Error + Send + Sync + 'static,
    ) -> Self {
        let key = format!("repositories[{index}].layout");
        let message = "cannot import the image layout".to_owned();
        ConfigError {
            file: origin.map(|origin| origin.file.clone()),
            source: Some(Box::new(error)),
            ..ConfigError::new(origin.and_then(|origin| origin.position), key, message)
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
            repeated,
            cause,
        } = conflict;
        let repeated = repeated.map(|at| format!("; it repeats {}", format_path(&at)));
        let repeated = repeated.unwrap_or_default();
        let message = format!("invalid value {found:?}: expected {expected}{repeated}");
        ConfigError {
            source: cause,
            ..ConfigError::new(None, format_path(&at), message)
        }
    }
}

/// Formats the error as one line, `FILE:LINE:COLUMN: KEY: problem`. Parts that are not known are omitted.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}:", file.display())?;
        }
        match (self.position, &self.file) {
            (Some(Position { line, column }), Some(_)) => write!(f, "{line}:{column}: ")?,
            (Some(Position { line, column }), None) => write!(f, "line {line}, column {column}: ")?,
            (None, Some(_)) => f.write_str(" ")?,
            (None, None) => {}
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", printable(&shortened(&self.key, MAX_KEY)))?;
        }
        f.write_str(&printable(&shortened(&self.message, MAX_MESSAGE)))
    }
}

/// The maximum length of a printed key, in characters.
const MAX_KEY: usize = 200;

/// The maximum length of a printed message, in characters.
const MAX_MESSAGE: usize = 4000;

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::configuration::Config;

    fn message(toml: &str) -> String {
        Config::parse(toml).unwrap_err().to_string()
    }

    #[test]
    fn control_characters_of_a_key_or_value_are_escaped() {
        for toml in [
            "\"\\u001b[31mx\" = 1",
            "auth = \"\\u001b[31mx\"",
            "\"\\u0085\\u202e\" = 1",
            "token_ttl = \"\\u001b\"",
        ] {
            let message = message(toml);
            let is_printable = |c: char| c == ' ' || c.is_ascii_graphic();
            assert!(message.chars().all(is_printable), "{message:?}");
            assert!(message.contains("\\u{"), "{message}");
        }
    }

    #[test]
    fn a_long_key_or_value_is_shortened_before_the_expected_value() {
        let long = "é".repeat(100_000);
        for (toml, end) in [
            (format!("\"{long}\" = 1"), "`repositories`"),
            (format!("auth = '{long}'"), "expected `strict` or `lenient`"),
        ] {
            let message = message(&toml);
            assert!(message.contains("éé…"), "{message}");
            assert!(message.chars().count() < 5000, "{}", message.len());
            assert!(message.contains(end), "{message}");
        }
    }
}
