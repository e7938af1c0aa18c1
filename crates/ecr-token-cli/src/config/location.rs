//! The paths of the profile files.

use std::path::{Path, PathBuf, is_separator};
use std::{fs, str};

use crate::config::environment::variable;
use crate::error::Error;
use crate::platform;

/// The two files that contain profiles.
#[derive(Debug, Clone, Copy)]
pub(super) enum Location {
    Config,
    Credentials,
}

impl Location {
    /// Returns the path of the file. The file need not exist.
    pub(super) fn path(self) -> Option<PathBuf> {
        let home = platform::sdk_home;
        let (name, default) = match self {
            Self::Config => ("AWS_CONFIG_FILE", ".aws/config"),
            Self::Credentials => ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
        };
        match variable(name).filter(|path| !path.is_empty()) {
            Some(path) => match path
                .strip_prefix('~')
                .and_then(|rest| rest.strip_prefix(is_separator))
            {
                Some(rest) => Some(Path::new(&home()?).join(rest)),
                None => Some(path.into()),
            },
            None => Some(Path::new(&home()?).join(default)),
        }
    }

    /// Checks that the file is UTF-8 if it exists: the SDK treats a file in another encoding as empty.
    ///
    /// # Errors
    /// Returns an error with the line of the first invalid byte.
    pub(super) fn check_text(self) -> Result<(), Error> {
        let Some(path) = self.path() else {
            return Ok(());
        };
        let content = fs::read(&path).unwrap_or_default();
        str::from_utf8(&content).map(drop).map_err(|error| {
            let before = &content[..error.valid_up_to()];
            let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
            let path = path.display();
            Error::ProfileFile(format!("{path} is not UTF-8 on line {line}"))
        })
    }
}
