//! The ways in which clients are redirected to a mock.

/// How clients are redirected to a mock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redirect {
    /// By environment variables with endpoint URLs, for clients that read them.
    #[default]
    Env,
    /// By the mock as HTTPS proxy, for clients that accept only AWS host names.
    Proxy,
    /// By host names: the system or a sandbox resolves AWS host names to the mock. For every client.
    Hosts,
}

/// An environment variable: its name, and the value to set. It must be removed if there is no value.
pub type Variable = (&'static str, Option<String>);
