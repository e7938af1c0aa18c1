//! The configured endpoint, which replaces the endpoint of the region.

use http::Uri;
use http::uri::{Authority, PathAndQuery};

use crate::config::environment::is_on;
use crate::config::profile::Profiles;
use crate::config::services;
use crate::config::variables::filled_variable;
use crate::error::Error;

/// The URL of the request, including path and query.
///
/// It has no user and password, since v1 does not send them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Endpoint(Uri);

/// Checks that `--endpoint-url` starts with a scheme, by the rules of Python's `urlparse`.
///
/// # Errors
/// Returns an error for a URL without a scheme.
pub(super) fn check_scheme(url: &str) -> Result<(), Error> {
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let has_scheme = url.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(is_of_scheme)
    });
    match has_scheme {
        true => Ok(()),
        false => Err(Error::EndpointWithoutScheme(url.to_owned())),
    }
}

/// Returns `--endpoint-url`, or the URL from environment or profile unless configured URLs are ignored.
///
/// # Errors
/// Returns an error if the services section of the profile is missing.
pub(super) fn resolve_url(
    option: Option<&str>,
    profiles: &Profiles,
) -> Result<Option<String>, Error> {
    match option {
        Some(url) => Ok(Some(url.to_owned())),
        None => configured_url("ecr", profiles),
    }
}

/// Returns the first of `AWS_ENDPOINT_URL_SERVICE`, `AWS_ENDPOINT_URL`, the URL of the service in the profile's services section, and the
/// profile's `endpoint_url`. The name of the service has underscores between its words.
///
/// # Errors
/// Returns an error if the services section of the profile is missing.
pub(crate) fn configured_url(service: &str, profiles: &Profiles) -> Result<Option<String>, Error> {
    let ignored = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
    if is_on(ignored, "ignore_configured_endpoint_urls", profiles)? {
        return Ok(None);
    }
    let specific = filled_variable(&format!("AWS_ENDPOINT_URL_{}", service.to_uppercase()));
    if let Some(url) = specific.or_else(|| filled_variable("AWS_ENDPOINT_URL")) {
        return Ok(Some(url));
    }
    let is_filled = |url: &String| !url.is_empty();
    if let Some(url) = services::endpoint_url(service, profiles)?.filter(is_filled) {
        return Ok(Some(url));
    }
    let url = profiles.get("endpoint_url")?.map(str::to_owned);
    Ok(url.filter(is_filled))
}

impl Endpoint {
    pub(crate) fn uri(&self) -> &Uri {
        &self.0
    }

    /// Parses an `http` or `https` URL.
    ///
    /// # Errors
    /// Returns an error for another scheme and for an invalid URL.
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        if !url.contains("://") {
            return Err(Error::InvalidEndpoint(url.to_owned()));
        }
        let invalid = || Error::InvalidEndpoint(without_password(url));
        let uri: Uri = url.parse().map_err(|_| invalid())?;
        let scheme = uri.scheme_str().ok_or_else(invalid)?;
        let authority = uri.authority().ok_or_else(invalid)?.as_str();
        let host_and_port = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let authority: Authority = host_and_port.parse().map_err(|_| invalid())?;
        let has_bad_port =
            host_and_port.len() > authority.host().len() && authority.port_u16().is_none();
        if !matches!(scheme, "http" | "https") || has_bad_port {
            return Err(Error::EndpointForm(without_password(url)));
        }
        if !is_host(authority.host()) {
            return Err(invalid());
        }
        let root = PathAndQuery::from_static("/");
        Uri::builder()
            .scheme(scheme)
            .path_and_query(uri.path_and_query().cloned().unwrap_or(root))
            .authority(authority)
            .build()
            .map(Self)
            .map_err(|_| invalid())
    }
}

/// Accepts labels of letters, digits and inner hyphens, as v1 does, and IPv6 addresses.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        let fits = (1..=63).contains(&label.len());
        let is_inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
        fits && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(is_inner)
    };
    host.starts_with('[')
        || host
            .strip_suffix('.')
            .unwrap_or(host)
            .split('.')
            .all(is_label)
}

/// Removes user and password from a URL, so that it can be printed.
pub(crate) fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(user)) if scheme < user => {
            format!("{}{}", &url[..scheme + 3], &url[user + 1..])
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> String {
        Endpoint::parse(url).unwrap().uri().to_string()
    }

    #[test]
    fn path_and_query_are_preserved_and_an_empty_path_becomes_the_root() {
        assert_eq!(parsed("http://127.0.0.1:4566"), "http://127.0.0.1:4566/");
        assert_eq!(parsed("http://h/base/"), "http://h/base/");
        assert_eq!(parsed("http://h/base"), "http://h/base");
        assert_eq!(parsed("https://h/?x=1"), "https://h/?x=1");
        assert_eq!(parsed("http://[::1]:4566"), "http://[::1]:4566/");
    }

    #[test]
    fn user_and_password_are_removed() {
        assert_eq!(parsed("http://u:p@h:1"), "http://h:1/");
        let error = Endpoint::parse("ftp://u:p@h:1").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("Invalid endpoint: ftp://h:1:")
        );
    }

    #[test]
    fn invalid_endpoint_urls_are_rejected() {
        for url in [
            "ftp://h",
            "http://",
            "http://h:99999",
            "http://h:x",
            "http://h:",
            "http://a_b",
            "http://-x:1",
        ] {
            assert!(Endpoint::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_scheme_starts_with_a_letter_and_ends_at_the_colon() {
        for url in ["http://h", "foo:80", "localhost:8080"] {
            assert!(check_scheme(url).is_ok(), "{url}");
        }
        for url in ["", "localhost", "127.0.0.1:1", "//h/x", "ht tp://h"] {
            assert!(check_scheme(url).is_err(), "{url}");
        }
    }
}
