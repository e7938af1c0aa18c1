//! The proxy that the environment names, read the way Python's urllib does for v1.
//!
//! The readers of the SDK and of hyper honour `ALL_PROXY` too, which v1 ignores, and have other rules for `NO_PROXY`.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_runtime_api::client::result::ConnectorError;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// The URL of the proxy for a request to `uri`, user and password included.
pub(crate) fn url(uri: &Uri) -> Option<String> {
    let url = match uri.scheme_str() {
        Some("http") if std::env::var_os("REQUEST_METHOD").is_none() => variable("http_proxy"),
        Some("https") => variable("https_proxy"),
        // To a CGI program, a client's header `Proxy` is a variable `HTTP_PROXY`.
        _ => None,
    }?;
    let is_excluded = variable("no_proxy").is_some_and(|list| matches_no_proxy(&list, uri));
    match (is_excluded, url.contains("://")) {
        (true, _) => None,
        (false, true) => Some(url),
        (false, false) => Some(format!("http://{url}")),
    }
}

/// The same for the SDK's connector.
///
/// # Errors
/// What is no URL of a proxy; to go around the proxy then could send the request where it must not go.
pub(super) fn config(uri: &Uri) -> Result<ProxyConfig, ConnectorError> {
    match url(uri) {
        None => Ok(ProxyConfig::disabled()),
        Some(url) => ProxyConfig::all(url).map_err(|error| ConnectorError::user(Box::new(error))),
    }
}

/// The same for hyper's.
pub(super) fn intercept(uri: &Uri) -> Option<Intercept> {
    Matcher::builder().all(url(uri)?).build().intercept(uri)
}

/// A variable in lower case counts first, and an empty one makes the other count for nothing.
fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).or_else(|_| std::env::var(name.to_uppercase()));
    value.ok().filter(|value| !value.is_empty())
}

/// Whether a list names a host, a domain above it, or all hosts, each with or without the port.
fn matches_no_proxy(list: &str, uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().to_lowercase();
    let with_port = match uri.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.clone(),
    };
    let names = |name: &str| {
        let name = name.trim().trim_start_matches('.').to_lowercase();
        let is_name_of = |host: &str| {
            let below = host.strip_suffix(&name);
            below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
        };
        !name.is_empty() && (is_name_of(&host) || is_name_of(&with_port))
    };
    list.trim() == "*" || list.split(',').any(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `proxy_bypass_environment` of CPython 3.11 answers.
    #[test]
    fn no_proxy_matches_hosts_and_domains() {
        let uri = Uri::from_static("http://a.example:8080/x");
        for list in [
            "*",
            "a.example",
            "A.Example:8080",
            "x, .example ,y",
            "example",
        ] {
            assert!(matches_no_proxy(list, &uri), "{list}");
        }
        for list in ["", ",", "a.example:80", "ple", "b.a.example", "*, b"] {
            assert!(!matches_no_proxy(list, &uri), "{list}");
        }
        let address = Uri::from_static("http://127.0.0.1:8080");
        assert!(matches_no_proxy("*", &address));
        assert!(!matches_no_proxy("127.0.0.0/8", &address));
    }
}
