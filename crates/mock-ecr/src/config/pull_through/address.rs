//! Addresses of upstream registries.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::Authority;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

use crate::aws::hosts;
use crate::types::error_chain::debug_as_chain;

/// The address of an upstream registry: `http://HOST` or `http://HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UpstreamAddress {
    host: String,
    port: u16,
}

impl UpstreamAddress {
    pub(crate) fn new(host: &str, port: u16) -> Self {
        let host = host.to_ascii_lowercase();
        UpstreamAddress { host, port }
    }

    /// Returns the host name or the IP address. An IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns whether the host is on this machine: a resolver can return any address for a name such as `registry.localhost`.
    pub(crate) fn is_loopback(&self) -> bool {
        let address = hosts::address(&self.host);
        self.host == "localhost" || address.is_some_and(|address| address.is_loopback())
    }

    /// Returns whether requests to both addresses have the same destination. All names of the loopback address are the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let is_same_host = self.host == other.host || (self.is_loopback() && other.is_loopback());
        is_same_host && self.port == other.port
    }
}

impl FromStr for UpstreamAddress {
    type Err = UpstreamAddressError;

    fn from_str(text: &str) -> Result<Self, UpstreamAddressError> {
        let read = || {
            let uri: Uri = text.parse().ok()?;
            let is_root = matches!(uri.path_and_query().map(|path| path.as_str()), Some("/"));
            let authority = uri.authority()?;
            let is_plain = uri.scheme_str() == Some("http") && is_root;
            if !is_plain || text.ends_with('/') || authority.as_str().contains('@') {
                return None;
            }
            Some(UpstreamAddress::new(authority.host(), port_of(authority)?))
        };
        read().ok_or_else(|| UpstreamAddressError(text.chars().take(100).collect()))
    }
}

/// Returns the port of an authority of HTTP. Returns `None` if the port is invalid or 0: `Uri` accepts any text after the colon.
pub(crate) fn port_of(authority: &Authority) -> Option<u16> {
    match authority.as_str().strip_prefix(authority.host()) {
        Some("") => Some(80),
        _ => authority.port_u16().filter(|port| *port != 0),
    }
}

impl<'de> Deserialize<'de> for UpstreamAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AddressVisitor)
    }
}

struct AddressVisitor;

impl Visitor<'_> for AddressVisitor {
    type Value = UpstreamAddress;

    /// A host name without quotation marks is read as a path of keys, so that its value is a table.
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an address such as \"http://127.0.0.1:5000\", after a host name in quotation marks, such as \"quay.io\"",
        )
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<UpstreamAddress, E> {
        text.parse().map_err(E::custom)
    }
}

/// Formats the host and the port, such as `127.0.0.1:5000`.
impl fmt::Display for UpstreamAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UpstreamAddress { host, port } = self;
        write!(f, "{host}:{port}")
    }
}

/// The error returned when a string is not the address of an upstream registry.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid address of an upstream registry {0:?}: expected http://HOST or http://HOST:PORT without a path, such as http://127.0.0.1:5000"
)]
pub struct UpstreamAddressError(String);

debug_as_chain!(UpstreamAddressError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        let parsed = |text: &str| text.parse::<UpstreamAddress>().map(|one| one.to_string());
        assert_eq!(parsed("http://127.0.0.1:5000").unwrap(), "127.0.0.1:5000");
        assert_eq!(parsed("http://Registry").unwrap(), "registry:80");
        assert_eq!(parsed("http://[::1]:1").unwrap(), "[::1]:1");
        for text in [
            "",
            "127.0.0.1:5000",
            "https://127.0.0.1:5000",
            "http://127.0.0.1:5000/",
            "http://127.0.0.1:99999",
            "http://127.0.0.1:0",
            "http://127.0.0.1:",
            "http://127.0.0.1:5000/v2",
            "http://user@127.0.0.1:5000",
        ] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_names_of_the_loopback_address_are_the_same() {
        let is_same = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| text.parse::<UpstreamAddress>().unwrap());
            one.is_same(&other)
        };
        assert!(is_same("http://127.0.0.1:1", "http://localhost:1"));
        assert!(is_same("http://a:1", "http://A:1"));
        assert!(!is_same("http://127.0.0.1:1", "http://localhost:2"));
        assert!(!is_same("http://a:1", "http://b:1"));
    }
}
