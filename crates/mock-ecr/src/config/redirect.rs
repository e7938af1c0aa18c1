//! How clients are redirected to a mock.

/// How clients are redirected to a mock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redirect {
    /// Environment variables set the endpoint URLs. [`MockEcr::environment`](crate::MockEcr::environment) returns these
    /// variables. Suitable for clients that read these variables.
    #[default]
    Env,
    /// Environment variables set the mock as the HTTPS proxy of the client. Suitable for clients that call only AWS
    /// host names.
    Proxy,
    /// The system or a sandbox resolves AWS host names to the address of the mock. Suitable for all clients.
    Hosts,
}

/// An environment variable: its name and its value. If the value is `None`, the variable must be removed from the
/// environment.
pub type Variable = (&'static str, Option<String>);
