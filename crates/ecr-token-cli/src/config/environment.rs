//! Reads settings from the environment or the profile.

use crate::config::profile::Profiles;
use crate::config::variables::variable;
use crate::error::Error;

/// Returns a setting from the environment, or else from the profile.
///
/// # Errors
/// Returns an error if the setting of the profile is a block of nested settings.
pub(crate) fn setting(name: &str, key: &str, profiles: &Profiles) -> Result<Option<String>, Error> {
    match variable(name) {
        Some(value) => Ok(Some(value)),
        None => Ok(profiles.get(key)?.map(str::to_owned)),
    }
}

/// Returns whether a switch in environment or profile is `true`. As in v1, any other value is off.
///
/// # Errors
/// Returns the errors of [`setting`].
pub(crate) fn is_on(name: &str, key: &str, profiles: &Profiles) -> Result<bool, Error> {
    Ok(setting(name, key, profiles)?.is_some_and(|value| is_true(&value)))
}

pub(super) fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}
