//! The ingress of a request: HTTP, HTTPS or a proxy tunnel.

use serde::{Deserialize, Serialize};

/// The way in which a request was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ingress {
    /// Over HTTP without TLS.
    Http,
    /// Over TLS, directly.
    Https,
    /// Over TLS through a `CONNECT` tunnel, with the mock as the proxy of the client.
    Connect,
    /// Without a socket, from a client in the process of the mock.
    InProcess,
}

impl Ingress {
    /// Returns the scheme of URLs for this ingress.
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Ingress::Http => "http",
            Ingress::Https | Ingress::Connect | Ingress::InProcess => "https",
        }
    }
}
