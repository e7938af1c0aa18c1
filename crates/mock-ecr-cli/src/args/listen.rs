//! The address that a mock listens on.

use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs as _};

use clap::Parser;

/// The options for the address of `serve`.
#[derive(Debug, Parser)]
pub(crate) struct ListenOptions {
    /// The address to listen on, such as `0.0.0.0:4566`, `localhost:5000` or `:5000`. Without a host, the mock listens on 127.0.0.1. Port 0
    /// selects a free port.
    #[arg(long, value_name = "ADDR", value_parser = address, default_value = "127.0.0.1:4566")]
    listen: SocketAddr,
    /// The port to listen on. Takes precedence over the port of `--listen`.
    #[arg(long, short, value_name = "PORT")]
    port: Option<u16>,
}

impl ListenOptions {
    pub(crate) fn address(&self) -> SocketAddr {
        let mut address = self.listen;
        address.set_port(self.port.unwrap_or(address.port()));
        address
    }
}

/// Parses an address. Resolves a host name, and prefers IPv4 addresses because clients in containers often have no IPv6.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let invalid = |cause: &dyn std::fmt::Display| {
        format!("{cause}: expected HOST:PORT or :PORT, such as 127.0.0.1:4566 or :5000")
    };
    if let Some(port) = text.strip_prefix(':') {
        let port = port.parse().map_err(|error| invalid(&error))?;
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let addresses = text.to_socket_addrs().map_err(|error| invalid(&error))?;
    let mut addresses: Vec<SocketAddr> = addresses.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    let first = addresses.first().copied();
    first.ok_or_else(|| invalid(&"the host has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_can_be_a_name_or_omitted() {
        let local = Ok((Ipv4Addr::LOCALHOST, 5000).into());
        for text in ["127.0.0.1:5000", "localhost:5000", ":5000"] {
            assert_eq!(address(text), local, "{text}");
        }
        for text in ["", "5000", "127.0.0.1", ":x", ":70000"] {
            assert!(address(text).unwrap_err().contains("expected HOST:PORT"));
        }
    }

    #[test]
    fn the_option_port_takes_precedence() {
        let options =
            |arguments: &[&str]| ListenOptions::parse_from(arguments).address().to_string();
        assert_eq!(options(&["serve"]), "127.0.0.1:4566");
        assert_eq!(options(&["serve", "-p", "5000"]), "127.0.0.1:5000");
        let both = ["serve", "--listen", "0.0.0.0:1", "--port", "5000"];
        assert_eq!(options(&both), "0.0.0.0:5000");
    }
}
