//! How clients are redirected to a mock.

/// How clients are led to the mock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redirect {
    /// By the variables that name endpoints, for clients that read them.
    #[default]
    Env,
    /// Through the mock as their proxy, for clients that accept only AWS's names.
    Proxy,
    /// By the names of hosts, which lead to the mock where the system says so; for every client.
    Hosts,
}

/// A variable to set, or, without a value, to remove.
pub type Variable = (&'static str, Option<String>);
