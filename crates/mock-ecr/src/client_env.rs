//! The environment variables that redirect a client to a mock.

use std::path::Path;

use crate::aws::service::AwsService;
use crate::config::{Config, Redirect, Variable};
use crate::iam::principal::Principal;
use crate::services;
use crate::types::Service;

/// Returns the variables for clients that call the mock at `url` by endpoint variables, with the credentials of the
/// first principal. One variable is set for each service that the mock implements. `AWS_ENDPOINT_URL` is not set, because
/// it would also send the calls of all other services to the mock.
///
/// Source of the names: the
/// [settings reference](https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html) of AWS's SDKs and tools.
pub(crate) fn by_endpoint(config: &Config, url: &str) -> Vec<Variable> {
    services::implemented()
        .map(|service| endpoint(service, url))
        .chain(common(config, url))
        .chain(removed(&PROXIES))
        .collect()
}

/// Returns the variable that redirects only the calls of one service, or `None` if the mock does not implement the
/// service.
pub(crate) fn by_endpoint_of(service: Service, url: &str) -> Option<Variable> {
    let mut implemented = services::implemented();
    let found = implemented.find(|found| Service::from(*found) == service)?;
    Some(endpoint(found, url))
}

fn endpoint(service: AwsService, url: &str) -> Variable {
    (service.endpoint_variable(), Some(url.to_owned()))
}

/// Returns the variables for clients that call AWS host names. `certificate` is the only certificate that they trust.
pub(crate) fn by_name(
    config: &Config,
    url: &str,
    redirect: Redirect,
    certificate: &Path,
) -> Vec<Variable> {
    let trusted = certificate.display().to_string();
    let trusted = TRUST.map(|name| (name, Some(trusted.clone())));
    let proxies = match redirect {
        Redirect::Proxy => proxies(url),
        _ => removed(&PROXIES).collect(),
    };
    common(config, url)
        .chain(trusted)
        .chain(proxies)
        .chain(removed(&["AWS_ENDPOINT_URL"]))
        .chain(AwsService::ALL.map(|service| (service.endpoint_variable(), None)))
        // Clients would also trust the certificates in this directory.
        .chain(removed(&["SSL_CERT_DIR"]))
        .collect()
}

fn common(config: &Config, url: &str) -> impl Iterator<Item = Variable> {
    let region = config.region.to_string();
    let set = [
        ("MOCK_ECR_URL", url.to_owned()),
        ("AWS_REGION", region.clone()),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ];
    set.map(|(name, value)| (name, Some(value)))
        .into_iter()
        .chain(credentials(config.default_principal()))
        .chain(removed(&CONFLICTING))
}

fn credentials(principal: Principal) -> [Variable; 3] {
    let token = principal.session_token;
    [
        ("AWS_ACCESS_KEY_ID", Some(principal.access_key_id)),
        (
            "AWS_SECRET_ACCESS_KEY",
            Some(principal.secret_access_key.expose().to_owned()),
        ),
        (
            "AWS_SESSION_TOKEN",
            token.map(|token| token.expose().to_owned()),
        ),
    ]
}

/// Sets the mock as proxy for every host except the loopback addresses of the client's machine.
fn proxies(url: &str) -> Vec<Variable> {
    let exempt = ["NO_PROXY", "no_proxy"].map(|name| (name, "localhost,127.0.0.1,::1"));
    let through = [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ];
    let through = through.map(|name| (name, url));
    let set = through.into_iter().chain(exempt);
    set.map(|(name, value)| (name, Some(value.to_owned())))
        .collect()
}

fn removed(names: &'static [&'static str]) -> impl Iterator<Item = Variable> {
    names.iter().map(|name| (*name, None))
}

/// The variables for trusted certificates of: AWS CLI and boto3, OpenSSL and Go, Python's requests, Node.js, curl,
/// Deno, cargo, git.
const TRUST: [&str; 8] = [
    "AWS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "CURL_CA_BUNDLE",
    "DENO_CERT",
    "CARGO_HTTP_CAINFO",
    "GIT_SSL_CAINFO",
];

/// A proxy cannot reach the loopback address of the client's machine.
const PROXIES: [&str; 8] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// Variables that select other credentials or other endpoints.
const CONFLICTING: [&str; 15] = [
    "AWS_ACCOUNT_ID",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    // The expiry of earlier credentials. botocore would treat the mock's credentials as expired.
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
];

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://127.0.0.1:4566";

    fn value(variables: &[Variable], name: &str) -> Option<String> {
        let mut found = variables.iter().filter(|(found, _)| *found == name);
        let value = found
            .next()
            .expect("the variable is set or removed")
            .1
            .clone();
        assert_eq!(found.next(), None, "{name} is set once");
        value
    }

    #[test]
    fn by_endpoint_sets_an_endpoint_for_each_implemented_service_and_removes_proxies() {
        let variables = by_endpoint(&Config::default(), URL);
        for name in ["AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL_STS"] {
            assert_eq!(value(&variables, name).as_deref(), Some(URL));
        }
        for absent in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECR_PUBLIC"] {
            assert!(variables.iter().all(|(name, _)| *name != absent));
        }
        for name in PROXIES {
            assert_eq!(value(&variables, name), None);
        }
    }

    #[test]
    fn through_the_proxy_no_endpoint_is_set_and_one_certificate_is_trusted() {
        let config = Config::default();
        let variables = by_name(&config, URL, Redirect::Proxy, Path::new("/ca.pem"));
        assert_eq!(value(&variables, "HTTPS_PROXY").as_deref(), Some(URL));
        assert_eq!(value(&variables, "SSL_CERT_DIR"), None);
        for name in [
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_ECR",
            "AWS_ENDPOINT_URL_ECR_PUBLIC",
            "AWS_ENDPOINT_URL_STS",
        ] {
            assert_eq!(value(&variables, name), None);
        }
        for name in TRUST {
            assert_eq!(value(&variables, name).as_deref(), Some("/ca.pem"));
        }
    }

    #[test]
    fn the_variable_of_one_service_exists_if_the_mock_implements_the_service() {
        let ecr = ("AWS_ENDPOINT_URL_ECR", Some(URL.to_owned()));
        assert_eq!(by_endpoint_of(Service::Ecr, URL), Some(ecr));
        for service in [Service::EcrPublic, Service::Registry] {
            assert_eq!(by_endpoint_of(service, URL), None, "{service}");
        }
    }

    #[test]
    fn other_sources_of_credentials_are_removed() {
        let variables = by_endpoint(&Config::default(), URL);
        for name in CONFLICTING {
            assert_eq!(value(&variables, name), None, "{name}");
        }
    }

    #[test]
    fn by_host_name_no_proxy_is_set() {
        let config = Config::default();
        let variables = by_name(&config, URL, Redirect::Hosts, Path::new("/ca.pem"));
        assert_eq!(value(&variables, "HTTPS_PROXY"), None);
        assert_eq!(value(&variables, "NO_PROXY"), None);
    }
}
