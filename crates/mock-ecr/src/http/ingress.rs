//! The way by which a request came.

use serde::{Deserialize, Serialize};

/// How a client has reached the mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ingress {
    /// By HTTP, as if it were a server of nobody's in particular.
    Http,
    /// By TLS, under the name that the client asked for.
    Https,
    /// By TLS in a tunnel, for which it asked the mock as its proxy.
    Connect,
}

impl Ingress {
    /// The scheme of the URLs that lead the same way.
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Ingress::Http => "http",
            Ingress::Https | Ingress::Connect => "https",
        }
    }
}
