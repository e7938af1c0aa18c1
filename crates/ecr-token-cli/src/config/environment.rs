//! Reads settings from the environment or the profile.

use aws_config::profile::ProfileSet;

/// Returns a setting from the environment, or else from the profile.
pub(super) fn setting(name: &str, key: &str, profiles: &ProfileSet) -> Option<String> {
    variable(name).or_else(|| profiles.get(key).map(str::to_owned))
}

/// Returns whether a switch in environment or profile is `true`. As in v1, any other value is off.
pub(super) fn is_on(name: &str, key: &str, profiles: &ProfileSet) -> bool {
    setting(name, key, profiles).is_some_and(|value| is_true(&value))
}

pub(super) fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
