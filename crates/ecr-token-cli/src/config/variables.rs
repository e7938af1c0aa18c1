//! Reads variables of the environment.

use std::env;
use std::ffi::OsString;

use crate::error::Error;

/// Returns a variable. A variable that is not UTF-8 is treated as missing, because [`check`] has rejected it if it is a setting.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// Returns a variable that is not empty.
pub(crate) fn filled_variable(name: &str) -> Option<String> {
    variable(name).filter(|value| !value.is_empty())
}

/// Checks that the variables with settings are UTF-8. Otherwise a call could use other credentials or another endpoint than the variables
/// specify.
///
/// # Errors
/// Returns an error that names the first variable that is not UTF-8.
pub(crate) fn check() -> Result<(), Error> {
    check_each(env::vars_os())
}

fn check_each(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<(), Error> {
    for (name, value) in variables {
        let name = name.to_string_lossy();
        if is_setting(&name) && value.to_str().is_none() {
            return Err(Error::VariableNotUnicode(name.into_owned()));
        }
    }
    Ok(())
}

fn is_setting(name: &str) -> bool {
    let is_proxy = PROXIES.iter().any(|proxy| name.eq_ignore_ascii_case(proxy));
    name.starts_with("AWS_") || is_proxy || HOMES.contains(&name)
}

const PROXIES: [&str; 4] = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];
const HOMES: [&str; 2] = ["HOME", "USERPROFILE"];

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    #[test]
    fn a_setting_that_is_not_utf_8_is_an_error_and_another_variable_is_not() {
        let check = |name: &str| {
            let value = OsString::from_vec(b"a\xff".to_vec());
            check_each(std::iter::once((name.into(), value)))
        };
        for name in ["AWS_PROFILE", "HTTPS_PROXY", "no_proxy", "HOME"] {
            let error = check(name).unwrap_err().to_string();
            assert_eq!(error, format!("the variable {name} is not valid UTF-8"));
        }
        assert!(check("LESSOPEN").is_ok());
    }
}
