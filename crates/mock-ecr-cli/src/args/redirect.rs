//! The values of `--redirect`. `run` and `contract` have other values than `env`.

use clap::ValueEnum;

/// How `run` and `contract` redirect a command to the mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RedirectMode {
    /// Sets the variables that contain endpoint URLs. Suitable for clients that read these variables.
    Env,
    /// Sets the mock as HTTPS proxy. Suitable for clients that accept only AWS host names. The proxy rejects requests to other hosts.
    Proxy,
    /// Runs the command in a network namespace. In the namespace, AWS host names resolve to the mock and no other host is reachable. Suitable
    /// for all clients. Requires Linux. If the user is not root, the system must support user namespaces.
    Sandbox,
}

/// How `env` redirects a client to a running mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnvRedirect {
    /// Sets the variables that contain endpoint URLs. Suitable for clients that read these variables.
    Env,
    /// Sets the mock as HTTPS proxy. Suitable for clients that accept only AWS host names.
    Proxy,
    /// Sets only the CA certificate and the credentials. Suitable for systems that already resolve AWS host names to the mock.
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
