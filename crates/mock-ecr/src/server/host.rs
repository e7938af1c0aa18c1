//! Validates the host of a request (RFC 9112, section 3.2).

use std::net::Ipv6Addr;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, Version, header};

use crate::request_log::ReceivedRequest;
use crate::state::State;

/// Returns whether a request names its host as HTTP requires: at most one `Host` header, exactly one in HTTP/1.1, and valid names. A client
/// could otherwise name a loopback host and another host in one request.
pub(super) fn is_valid(request: &Parts) -> bool {
    let mut headers = request.headers.get_all(header::HOST).iter();
    let (first, second) = (headers.next(), headers.next());
    let is_missing = first.is_none() && request.version == Version::HTTP_11;
    let in_uri = request.uri.authority().map(|authority| authority.as_str());
    !is_missing
        && second.is_none()
        && first.is_none_or(|value| value.to_str().is_ok_and(is_host))
        && in_uri.is_none_or(|authority| is_host(without_user(authority)))
}

/// Returns the response to a request with an invalid host.
pub(super) fn reject(state: &State, log_entry: &mut ReceivedRequest) -> Response<Bytes> {
    let text = "mock-ecr: invalid host: expected one Host header with a host name or address, and a port number if there is a port\n";
    log_entry.record_error("INVALID_HOST", text, &state.redactor);
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let headers = response.headers_mut();
    let plain_text = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, plain_text);
    headers.insert(header::CONTENT_LENGTH, text.len().into());
    response
}

fn without_user(authority: &str) -> &str {
    authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host)
}

/// Returns whether a text is a host, with or without a port. The host can be empty (RFC 9110, section 7.2).
fn is_host(text: &str) -> bool {
    match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => address.parse::<Ipv6Addr>().is_ok() && is_port(port),
        None => {
            let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            name.bytes().all(is_name_byte) && is_port(port)
        }
    }
}

/// Returns whether a byte can occur in a registered name (RFC 3986, section 3.2.2).
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(&byte)
}

/// Returns whether a text is empty, or a colon with or without a port number.
fn is_port(text: &str) -> bool {
    match text.strip_prefix(':') {
        None => text.is_empty(),
        Some(port) => {
            let is_number = port.bytes().all(|c| c.is_ascii_digit());
            port.is_empty() || (is_number && port.parse::<u16>().is_ok())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_and_without_a_port_are_valid() {
        for host in [
            "",
            "localhost",
            "localhost:",
            "a.b-c_d.test.:4566",
            "127.0.0.1:80",
            "[::1]",
            "[::1]:65535",
            "a,b",
        ] {
            assert!(is_host(host), "{host}");
        }
    }

    #[test]
    fn other_texts_are_invalid() {
        for host in [
            "localhost:evil.test",
            "localhost:80:80",
            "localhost:+1",
            "localhost:65536",
            "user@localhost",
            "a b",
            "a/b",
            "[::1",
            "[::1]evil",
            "[evil]",
            "[127.0.0.1]",
            "::1",
            "a#b",
            "é",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }

    #[track_caller]
    fn check(version: Version, uri: &str, hosts: &[&str], expected: bool) {
        let request = http::Request::builder().version(version).uri(uri);
        let add = |request: http::request::Builder, host: &&str| request.header("host", *host);
        let request = hosts.iter().fold(request, add).body(()).unwrap();
        assert_eq!(is_valid(&request.into_parts().0), expected, "{hosts:?}");
    }

    #[test]
    fn http_1_1_requires_exactly_one_host_header() {
        check(Version::HTTP_11, "/", &["a"], true);
        check(Version::HTTP_11, "/", &[], false);
        check(Version::HTTP_11, "http://a/", &[], false);
        check(Version::HTTP_11, "http://user:password@a/", &["a"], true);
        check(Version::HTTP_11, "/", &["a", "a"], false);
        check(Version::HTTP_10, "/", &[], true);
        check(Version::HTTP_10, "/", &["a", "b"], false);
        check(Version::HTTP_2, "http://a/", &[], true);
        check(Version::HTTP_2, "http://a/", &["a", "b"], false);
    }
}
