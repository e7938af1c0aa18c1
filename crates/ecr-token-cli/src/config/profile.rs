//! Selects the profile and reads the profile files.

use std::borrow::Cow;

use aws_config::profile::{self, ProfileSet};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use crate::config::environment::variable;
use crate::config::location::Location;
use crate::error::{Error, with_causes};

/// The selected profile, which determines whether credentials in the environment are used.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Profile {
    /// `--profile`: credentials in the environment are ignored.
    Option(String),
    /// `AWS_DEFAULT_PROFILE` or `AWS_PROFILE`: credentials in the environment take precedence.
    Environment(String),
    Default,
}

impl Profile {
    /// Selects a non-empty `--profile`, then `AWS_DEFAULT_PROFILE`, then `AWS_PROFILE`. The variables may be empty.
    pub(super) fn select(option: Option<&str>) -> Self {
        if let Some(name) = option.filter(|name| !name.is_empty()) {
            return Self::Option(name.to_owned());
        }
        let name = variable("AWS_DEFAULT_PROFILE").or_else(|| variable("AWS_PROFILE"));
        name.map_or(Self::Default, Self::Environment)
    }

    /// Returns the name, or `None` for the default profile.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Option(name) | Self::Environment(name) => Some(name),
            Self::Default => None,
        }
    }
}

/// Reads the config file and the credentials file.
///
/// # Errors
/// Returns an error if a file cannot be read or parsed. The message contains the file and the line.
pub(super) async fn load(profile: &Profile) -> Result<ProfileSet, Error> {
    Location::Config.check_text()?;
    Location::Credentials.check_text()?;
    let name = profile.name().unwrap_or("default");
    load_from(&EnvConfigFiles::default(), name).await
}

/// Returns whether the credentials file contains this key of the profile.
///
/// # Errors
/// Returns the errors of [`load`].
pub(super) async fn credentials_file_has(profile: &str, key: &str) -> Result<bool, Error> {
    let files = EnvConfigFiles::builder()
        .include_default_credentials_file(true)
        .build();
    let profiles = load_from(&files, profile).await?;
    Ok(profiles.get(key).is_some())
}

async fn load_from(files: &EnvConfigFiles, profile: &str) -> Result<ProfileSet, Error> {
    let name = Cow::Owned(profile.to_owned());
    profile::load(&Fs::real(), &Env::real(), files, Some(name))
        .await
        .map_err(|error| Error::ProfileFile(with_causes(&error)))
}
