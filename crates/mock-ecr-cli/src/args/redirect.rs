//! How a client is redirected to the mock.

use clap::ValueEnum;

/// How a command that the mock starts is redirected to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RedirectMode {
    /// Sets the variables that contain endpoint URLs, for clients that read them.
    Env,
    /// Sets the mock as HTTPS proxy, for clients that accept only AWS host names. The proxy rejects requests to other hosts.
    Proxy,
    /// Runs the command in a network namespace in which AWS host names resolve to the mock and no other host is reachable, for every
    /// client. Needs Linux, and root or user namespaces.
    Sandbox,
}

/// How the variables that `mock-ecr env` prints redirect a client to a running mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnvRedirect {
    /// Sets the variables that contain endpoint URLs, for clients that read them.
    Env,
    /// Sets the mock as HTTPS proxy, for clients that accept only AWS host names.
    Proxy,
    /// Sets the certificates and credentials only. The system must resolve AWS host names to the mock.
    Hosts,
}

impl EnvRedirect {
    pub(crate) fn name(self) -> &'static str {
        match self {
            EnvRedirect::Env => "env",
            EnvRedirect::Proxy => "proxy",
            EnvRedirect::Hosts => "hosts",
        }
    }
}
