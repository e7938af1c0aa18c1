//! The redirection modes.

use serde::{Deserialize, Serialize};

/// How a client is redirected to the mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectMode {
    /// By the variables that set endpoints.
    Env,
    /// By the variables that set a proxy, which is the mock.
    Proxy,
    /// By a sandbox, in which AWS's host names resolve to the mock.
    Sandbox,
}

impl RedirectMode {
    /// The value of the option `--redirect`.
    pub fn name(self) -> &'static str {
        match self {
            RedirectMode::Env => "env",
            RedirectMode::Proxy => "proxy",
            RedirectMode::Sandbox => "sandbox",
        }
    }
}
