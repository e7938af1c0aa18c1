//! An assertion on an invalid configuration.

use crate::config::configuration::Config;
use crate::types::error_chain::chain;

/// Asserts that a configuration is rejected because of the value of a key, with a message that contains `message`.
#[track_caller]
pub(super) fn rejects(toml: &str, key: &str, message: &str) {
    let error = Config::parse(toml).unwrap_err();
    assert_eq!(error.key(), key, "{error}");
    assert!(chain(&error).contains(message), "{}", chain(&error));
}
