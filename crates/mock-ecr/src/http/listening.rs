//! The addresses that the mock listens on, as a client uses them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The addresses that the mock listens on. The first one has the port that is written in URLs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listening<'a>(pub(crate) &'a [SocketAddr]);

impl Listening<'_> {
    /// Returns the first port.
    pub(crate) fn port(self) -> u16 {
        self.0.first().map_or(0, SocketAddr::port)
    }

    /// Returns a URL by which a client on this machine reaches the mock, without a trailing slash.
    pub(crate) fn url(self, scheme: &str) -> String {
        format!("{scheme}://{}:{}", self.host(), self.port())
    }

    /// Returns the host of this URL.
    pub(crate) fn host(self) -> String {
        match self.0.first().map(SocketAddr::ip) {
            Some(IpAddr::V4(ip)) if !self.includes_localhost() => ip.to_string(),
            Some(IpAddr::V6(ip)) if !self.includes_localhost() => format!("[{ip}]"),
            _ => "localhost".to_owned(),
        }
    }

    /// Returns whether the mock accepts connections to an IP address of this machine.
    ///
    /// A socket of the unspecified IPv6 address also accepts connections over IPv4, as is the default of Linux and macOS.
    pub(crate) fn includes(self, ip: IpAddr) -> bool {
        self.0.iter().any(|address| match address.ip() {
            IpAddr::V4(listening) if listening.is_unspecified() => ip.is_ipv4(),
            IpAddr::V6(listening) if listening.is_unspecified() => true,
            listening => listening == ip,
        })
    }

    /// Returns whether the mock accepts connections to an address that `localhost` resolves to.
    pub(crate) fn includes_localhost(self) -> bool {
        self.includes(Ipv4Addr::LOCALHOST.into()) || self.includes(Ipv6Addr::LOCALHOST.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_that_accept_connections_are_included() {
        for (listening, ipv4, ipv6) in [
            ("127.0.0.1:1", true, false),
            ("[::1]:1", false, true),
            ("0.0.0.0:1", true, false),
            ("[::]:1", true, true),
            ("127.0.0.2:1", false, false),
            ("192.0.2.1:1", false, false),
        ] {
            let addresses = [listening.parse().unwrap()];
            let listening = Listening(&addresses);
            let includes = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
                .map(|ip| listening.includes(ip));
            assert_eq!(includes, [ipv4, ipv6], "{listening:?}");
            assert_eq!(listening.includes_localhost(), ipv4 || ipv6);
        }
    }

    #[test]
    fn the_host_is_localhost_if_the_mock_listens_there() {
        for (listening, host) in [
            ("127.0.0.1:1", "localhost"),
            ("[::1]:1", "localhost"),
            ("0.0.0.0:1", "localhost"),
            ("127.0.0.2:1", "127.0.0.2"),
            ("[2001:db8::1]:1", "[2001:db8::1]"),
        ] {
            let addresses = [listening.parse().unwrap()];
            assert_eq!(Listening(&addresses).host(), host);
        }
    }
}
