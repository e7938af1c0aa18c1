//! How a client is redirected to the mock.

use serde::{Deserialize, Serialize};

/// How a client is led to the mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectMode {
    /// By the variables that name endpoints.
    Env,
    /// Through the mock as its proxy.
    Proxy,
    /// By the names of hosts, behind a fence.
    Sandbox,
}

impl RedirectMode {
    /// As it is written after `--redirect`.
    pub fn name(self) -> &'static str {
        match self {
            RedirectMode::Env => "env",
            RedirectMode::Proxy => "proxy",
            RedirectMode::Sandbox => "sandbox",
        }
    }
}
