//! Determines whether a page of another origin has sent a request.

use http::request::Parts;
use http::{HeaderName, HeaderValue, header};

use crate::http::base_url::BaseUrl;

/// Returns whether a browser has sent the request for a page of the origin that the request is for, or whether no page has sent it.
///
/// A browser adds `Sec-Fetch-Site` to all requests, and `Origin` to those that can change something. Other clients send none of them. The scheme, the
/// host and the port are compared as parsed values: a comparison of texts can accept `http://localhost.example.com`. Another loopback name, such as
/// `localhost` for `127.0.0.1`, is another origin. Sources: Fetch, "Origin header"; W3C Fetch Metadata, "Sec-Fetch-Site"; RFC 6454, section 5.
pub(super) fn is_same_origin(request: &Parts, requested: &BaseUrl<'_>) -> bool {
    let mut sites = request.headers.get_all(SEC_FETCH_SITE).iter();
    let mut origins = request.headers.get_all(header::ORIGIN).iter();
    let is_site = sites.all(|site| site == "same-origin" || site == "none");
    let is_origin = match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => Origin::parse(origin).is_some_and(|origin| {
            Some(origin) == Origin::new(requested.scheme, requested.authority)
        }),
        (Some(_), Some(_)) => false,
    };
    is_site && is_origin
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The scheme, host and port of a page.
#[derive(PartialEq)]
struct Origin {
    scheme: &'static str,
    host: String,
    port: u16,
}

impl Origin {
    /// Returns `None` for `null`, the origin of pages such as files, and for a value that is no origin.
    fn parse(value: &HeaderValue) -> Option<Self> {
        let (scheme, authority) = value.to_str().ok()?.split_once("://")?;
        let scheme = ["http", "https"]
            .into_iter()
            .find(|known| scheme == *known)?;
        Origin::new(scheme, authority)
    }

    fn new(scheme: &'static str, authority: &str) -> Option<Self> {
        let url = BaseUrl { scheme, authority };
        let (host, port) = url.host_and_port()?;
        let port = port.unwrap_or(url.default_port());
        Some(Origin { scheme, host, port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_admitted(host: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = http::Request::builder().header("host", host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (request, ()) = request.body(()).unwrap().into_parts();
        let scheme = "http";
        is_same_origin(
            &request,
            &BaseUrl {
                scheme,
                authority: host,
            },
        )
    }

    #[test]
    fn a_page_of_the_mock_and_a_client_that_is_no_browser_are_admitted() {
        for (host, headers) in [
            ("127.0.0.1:4566", &[][..]),
            ("127.0.0.1:4566", &[("origin", "http://127.0.0.1:4566")]),
            ("LocalHost:4566", &[("origin", "http://localhost:4566")]),
            ("[::1]:4566", &[("origin", "http://[::1]:4566")]),
            ("localhost", &[("origin", "http://localhost:80")]),
            ("localhost:80", &[("origin", "http://localhost")]),
            ("localhost:1", &[("sec-fetch-site", "none")]),
            (
                "localhost:1",
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "http://localhost:1"),
                ],
            ),
        ] {
            assert!(is_admitted(host, headers), "{host} {headers:?}");
        }
    }

    #[test]
    fn a_page_of_another_origin_is_not_admitted() {
        for origin in [
            "null",
            "",
            "http://localhost:2",
            "https://localhost:1",
            "HTTP://localhost:1",
            "http://127.0.0.1:1",
            "http://localhost.:1",
            "http://localhost",
            "http://localhost:1.example.com",
            "http://localhost:1@example.com",
            "http://user@localhost:1",
            "http://localhost:1/",
            "http://localhost:1/path",
            "http://localhost:1 http://localhost:1",
            "http://example.com",
            "file://",
            "localhost:1",
        ] {
            assert!(
                !is_admitted("localhost:1", &[("origin", origin)]),
                "{origin}"
            );
        }
        let same = ("origin", "http://localhost:1");
        assert!(!is_admitted("localhost:1", &[same, same]));
        for site in ["same-site", "cross-site", "", "Same-Origin", "none, none"] {
            let site = ("sec-fetch-site", site);
            assert!(!is_admitted("localhost:1", &[site]), "{site:?}");
            assert!(!is_admitted("localhost:1", &[site, same]), "{site:?}");
        }
        let (first, second) = (("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site"));
        assert!(!is_admitted("localhost:1", &[first, second]));
    }
}
