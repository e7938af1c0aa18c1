//! The proxy settings of the environment, by the rules of Python's urllib, which v1 uses.
//!
//! The SDK and hyper also use `ALL_PROXY`, which v1 ignores, and have other rules for `NO_PROXY`.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_runtime_api::client::result::ConnectorError;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// Returns the URL of the proxy for a request to `uri`, including user and password.
pub(crate) fn url(uri: &Uri) -> Option<String> {
    let url = match uri.scheme_str() {
        Some("http") if std::env::var_os("REQUEST_METHOD").is_none() => variable("http_proxy"),
        Some("https") => variable("https_proxy"),
        // In a CGI program, `HTTP_PROXY` may come from the header `Proxy` of a client.
        _ => None,
    }?;
    let is_excluded = variable("no_proxy").is_some_and(|list| matches_no_proxy(&list, uri));
    match (is_excluded, url.contains("://")) {
        (true, _) => None,
        (false, true) => Some(url),
        (false, false) => Some(format!("http://{url}")),
    }
}

/// Returns the proxy in the form of the SDK's connector.
///
/// # Errors
/// Returns an error for an invalid proxy URL. A direct connection could send the request to a server that must not get it.
pub(super) fn config(uri: &Uri) -> Result<ProxyConfig, ConnectorError> {
    match url(uri) {
        None => Ok(ProxyConfig::disabled()),
        Some(url) => ProxyConfig::all(url).map_err(|error| ConnectorError::user(Box::new(error))),
    }
}

/// Returns the proxy in the form of hyper.
pub(super) fn intercept(uri: &Uri) -> Option<Intercept> {
    Matcher::builder().all(url(uri)?).build().intercept(uri)
}

/// Returns the variable in lower case, or else in upper case. An empty one in lower case hides the other.
fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).or_else(|_| std::env::var(name.to_uppercase()));
    value.ok().filter(|value| !value.is_empty())
}

/// Returns whether a list contains the host, a parent domain or `*`, each with or without the port.
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

    /// The results of `proxy_bypass_environment` of CPython 3.11.
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
