//! The modes of redirection.

use serde::{Deserialize, Serialize};

/// How clients are redirected to the mock: a value of the option `--redirect`, or of the key `redirect` in a scenario file.
///
/// [`Redirection`](crate::sandbox::Redirection) performs the redirection of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectMode {
    /// By environment variables that set endpoint URLs.
    Env,
    /// By environment variables that set the mock as the HTTPS proxy.
    Proxy,
    /// By a sandbox. In the sandbox, AWS's host names resolve to the mock.
    Sandbox,
}

impl RedirectMode {
    /// Returns the value of the option `--redirect`.
    pub fn name(self) -> &'static str {
        match self {
            RedirectMode::Env => "env",
            RedirectMode::Proxy => "proxy",
            RedirectMode::Sandbox => "sandbox",
        }
    }
}
