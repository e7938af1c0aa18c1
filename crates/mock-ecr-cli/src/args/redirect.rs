//! How a client is redirected to the mock.

use clap::ValueEnum;

/// How a client is led to the mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RedirectMode {
    /// By the variables that name endpoints, for clients that read them.
    Env,
    /// Through the mock as their proxy, for clients that accept only AWS's names; other hosts are refused.
    Proxy,
    /// In a network of its own, where AWS's names lead to the mock and nothing leads elsewhere; for every client. Needs root, or a kernel
    /// that lets users have namespaces.
    Hosts,
}

impl RedirectMode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            RedirectMode::Env => "env",
            RedirectMode::Proxy => "proxy",
            RedirectMode::Hosts => "hosts",
        }
    }
}
