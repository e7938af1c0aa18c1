//! The base URL of a request: the scheme, host and port by which a client has reached the mock.

use http::request::Parts;
use http::uri::Authority;

use crate::http::authority::authority;
use crate::http::ingress::Ingress;
use crate::http::listening::Listening;

/// The scheme, host and port of the URL that a client has requested. The client chooses the host, so it can be any text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BaseUrl<'a> {
    pub(crate) scheme: &'static str,
    pub(crate) authority: &'a str,
}

impl<'a> BaseUrl<'a> {
    pub(crate) fn of(request: &'a Parts, ingress: Ingress) -> Self {
        BaseUrl {
            scheme: ingress.scheme(),
            authority: authority(request),
        }
    }

    /// Returns the port of a URL without a port.
    pub(crate) fn default_port(&self) -> u16 {
        match self.scheme {
            "https" => 443,
            _ => 80,
        }
    }

    /// Returns the host in lower case, and the port if the URL contains one. Returns `None` if the host is not a name or an address, or if
    /// the port is not a port number.
    pub(crate) fn host_and_port(&self) -> Option<(String, Option<u16>)> {
        let authority = self.authority.to_ascii_lowercase();
        let parsed: Authority = authority.parse().ok()?;
        let host = parsed.host();
        let is_host_byte = |c: u8| c.is_ascii_alphanumeric() || b"-._[:]".contains(&c);
        // An absolute name ends in a dot. No other label is empty.
        let mut labels = host.strip_suffix('.').unwrap_or(host).split('.');
        if labels.any(str::is_empty) || !host.bytes().all(is_host_byte) {
            return None;
        }
        match authority.strip_prefix(host)? {
            "" => Some((host.to_owned(), None)),
            rest => Some((host.to_owned(), Some(rest.strip_prefix(':')?.parse().ok()?))),
        }
    }

    /// Returns the URL as the client has written it. If its host or port is invalid, returns a URL by which a client on this machine
    /// reaches the mock.
    pub(crate) fn or_local(&self, listening: Listening<'_>) -> String {
        let BaseUrl { scheme, authority } = self;
        match self.host_and_port() {
            Some(_) => format!("{scheme}://{authority}"),
            None => listening.url(scheme),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
        let scheme = "http";
        BaseUrl { scheme, authority }.host_and_port()
    }

    #[test]
    fn the_host_and_the_port_are_parsed() {
        for (authority, host, port) in [
            ("localhost", "localhost", None),
            ("LocalHost:4566", "localhost", Some(4566)),
            ("[::1]:4566", "[::1]", Some(4566)),
            ("mock_ecr.test:80", "mock_ecr.test", Some(80)),
            ("mock.test.:80", "mock.test.", Some(80)),
        ] {
            let expected = Some((host.to_owned(), port));
            assert_eq!(host_and_port(authority), expected, "{authority}");
        }
    }

    #[test]
    fn an_invalid_host_or_port_is_rejected() {
        for authority in [
            "", ":80", "a:b", "a:65536", "a:1:2", "a b", "a/b", "a$b:1", "a,b", ".", "..", ".a",
            "a..b", "a..", ".:80",
        ] {
            assert_eq!(host_and_port(authority), None, "{authority}");
        }
    }
}
