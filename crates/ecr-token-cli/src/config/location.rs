//! The profile files.

use std::fs;
use std::path::Path;

use crate::config::ini::{self, IniError, Sections};
use crate::config::variables::variable;
use crate::error::Error;
use crate::python_path::{expand_user, expand_variables};

/// The two files that contain profiles.
#[derive(Debug, Clone, Copy)]
pub(super) enum Location {
    Config,
    Credentials,
}

impl Location {
    /// Reads the file.
    ///
    /// # Errors
    /// Returns the errors of [`read`].
    pub(super) fn read(self) -> Result<Option<Sections>, Error> {
        let (name, default) = match self {
            Self::Config => ("AWS_CONFIG_FILE", "~/.aws/config"),
            Self::Credentials => ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        };
        read(&variable(name).unwrap_or_else(|| default.to_owned()))
    }
}

/// Reads a file in the format of profile files. Returns `None` if there is no regular file at the path.
///
/// As in v1, a file that cannot be opened is empty.
///
/// # Errors
/// Returns an error if the file is not UTF-8 or cannot be parsed.
pub(super) fn read(path: &str) -> Result<Option<Sections>, Error> {
    let path = expand_user(&expand_variables(path));
    if !Path::new(&path).is_file() {
        return Ok(None);
    }
    let content = fs::read(&path).unwrap_or_default();
    let content = std::str::from_utf8(&content).map_err(|error| {
        let before = &content[..error.valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let reason = "the line is not UTF-8".to_owned();
        unparsable(&path, IniError { line, reason })
    })?;
    let sections = ini::parse(content);
    sections.map(Some).map_err(|error| unparsable(&path, error))
}

fn unparsable(path: &str, error: IniError) -> Error {
    Error::ProfileFile {
        path: path.to_owned(),
        line: error.line,
        reason: error.reason,
    }
}
