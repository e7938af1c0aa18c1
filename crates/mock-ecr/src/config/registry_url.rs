//! The URL of a registry in a response. No other module determines this URL.

use crate::aws::hosts;
use crate::config::configuration::Config;
use crate::config::proxy_endpoint::ProxyEndpoint;
use crate::http::base_url::BaseUrl;
use crate::http::listening::Listening;
use crate::types::{AccountId, Region};

/// Returns the URL of the registry of an account in a Region, without a trailing slash.
///
/// `request` is the base URL of the request to which the mock responds.
pub(crate) fn registry_url(
    config: &Config,
    account: AccountId,
    region: &Region,
    request: &BaseUrl<'_>,
    listening: Listening<'_>,
) -> String {
    let url = match config.proxy_endpoint() {
        ProxyEndpoint::Aws => None,
        ProxyEndpoint::Template(template) => {
            Some(template.render(account, region, listening.port()))
        }
        ProxyEndpoint::Mock => MockAddress::of(request, listening).map(|address| {
            let scheme = request.scheme;
            match account == config.default_account() {
                true => format!("{scheme}://{}", address.registry()),
                false => format!("{scheme}://{}", address.registry_of(account, region)),
            }
        }),
    };
    url.unwrap_or_else(|| aws_url(account, region))
}

fn aws_url(account: AccountId, region: &Region) -> String {
    let suffix = region.partition().dns_suffix;
    format!("https://{account}.dkr.ecr.{region}.{suffix}")
}

/// The address by which a client reaches the mock.
struct MockAddress {
    host: String,
    /// `:PORT`, or an empty string for the default port of the scheme.
    port: String,
}

impl MockAddress {
    /// Returns `None` if the client uses a host name in a domain of AWS. If the host of the request is invalid, returns the address that a
    /// client on this machine can use.
    ///
    /// A loopback address is written `localhost` if the mock listens there: some clients use plain HTTP with this name only.
    fn of(request: &BaseUrl<'_>, listening: Listening<'_>) -> Option<Self> {
        let local = || (listening.host(), Some(listening.port()));
        let has_domain = |(name, _): &(String, _)| !hosts::domain(name).is_empty();
        let valid = request.host_and_port().filter(has_domain);
        let (name, port) = valid.unwrap_or_else(local);
        if hosts::is_in_aws(&name) {
            return None;
        }
        let port = port.filter(|port| *port != request.default_port());
        let domain = hosts::domain(&name);
        let host = match hosts::is_loopback(domain) && listening.includes_localhost() {
            true => LOCALHOST,
            false => domain,
        };
        Some(MockAddress {
            host: host.to_owned(),
            port: port.map_or_else(String::new, |port| format!(":{port}")),
        })
    }

    /// Returns the address of the registry of the default account.
    fn registry(&self) -> String {
        let MockAddress { host, port } = self;
        format!("{host}{port}")
    }

    /// Returns the address of the registry of another account. The address contains the account. Otherwise the client would reach a
    /// repository of the same name in the default account.
    fn registry_of(&self, account: AccountId, region: &Region) -> String {
        let MockAddress { host, port } = self;
        let domain = match hosts::address(host) {
            // A host name cannot end in an IP address.
            Some(_) => LOCALHOST,
            None => host,
        };
        format!("{account}.dkr.ecr.{region}.{domain}{port}")
    }
}

const LOCALHOST: &str = "localhost";

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the URLs of the registries of the default account and of another account.
    fn urls(form: &str, scheme: &'static str, authority: &str) -> [String; 2] {
        urls_of(form, scheme, authority, "127.0.0.1:4566")
    }

    /// Returns these URLs for a mock that listens on `address`.
    fn urls_of(form: &str, scheme: &'static str, authority: &str, address: &str) -> [String; 2] {
        let config = Config {
            proxy_endpoint: Some(form.parse().unwrap()),
            ..Config::default()
        };
        let other = "222222222222".parse().unwrap();
        let request = BaseUrl { scheme, authority };
        let region = Region::default();
        let addresses = [address.parse().unwrap()];
        let listening = Listening(&addresses);
        [AccountId::EXAMPLE, other]
            .map(|account| registry_url(&config, account, &region, &request, listening))
    }

    const AWS: [&str; 2] = [
        "https://123456789012.dkr.ecr.us-east-1.amazonaws.com",
        "https://222222222222.dkr.ecr.us-east-1.amazonaws.com",
    ];

    #[test]
    fn the_form_aws_does_not_depend_on_the_request() {
        for authority in ["127.0.0.1:4566", "localhost", "mock:1", ""] {
            assert_eq!(urls("aws", "http", authority), AWS, "{authority}");
        }
    }

    #[test]
    fn a_template_does_not_depend_on_the_request() {
        let template = "http://{account}.{region}.{dns_suffix}:{port}";
        let expected = ["123456789012", "222222222222"]
            .map(|account| format!("http://{account}.us-east-1.amazonaws.com:4566"));
        for authority in ["127.0.0.1:1", "api.ecr.us-east-1.amazonaws.com"] {
            assert_eq!(urls(template, "https", authority), expected);
        }
    }

    #[test]
    fn the_form_mock_is_that_of_aws_for_requests_by_host_names_of_aws() {
        for authority in [
            "api.ecr.us-east-1.amazonaws.com",
            "api.ecr.us-iso-east-1.amazonaws.com:443",
            "123456789012.dkr-ecr.us-east-1.on.aws",
            "api.ecr.us-east-1.amazonaws.com.",
            "123456789012.dkr.ecr.us-east-1.AMAZONAWS.COM.:443",
            "x.amazonaws.com.",
            "amazonaws.com",
            "amazonaws.com.:80",
            "public.ecr.aws",
            "public.ecr.aws.:443",
        ] {
            assert_eq!(urls("mock", "https", authority), AWS, "{authority}");
        }
    }

    #[test]
    fn the_default_port_of_the_scheme_is_omitted() {
        for (scheme, authority, expected) in [
            ("http", "127.0.0.1:80", "http://localhost"),
            ("http", "127.0.0.1:443", "http://localhost:443"),
            ("https", "127.0.0.1:443", "https://localhost"),
            ("https", "127.0.0.1:80", "https://localhost:80"),
        ] {
            assert_eq!(urls("mock", scheme, authority)[0], expected);
        }
    }

    #[test]
    fn localhost_is_written_only_if_the_mock_listens_there() {
        for (address, authority, host) in [
            ("127.0.0.1:1", "127.0.0.1:2", "localhost:2"),
            ("[::1]:1", "[::1]:2", "localhost:2"),
            ("0.0.0.0:1", "127.0.0.2:2", "localhost:2"),
            ("[::]:1", "[::1]:2", "localhost:2"),
            ("127.0.0.2:1", "127.0.0.2:2", "127.0.0.2:2"),
            ("127.0.0.2:1", "localhost:2", "localhost:2"),
            ("127.0.0.2:1", "mock.localhost:2", "mock.localhost:2"),
            ("127.0.0.2:1", "a$b", "127.0.0.2:1"),
            ("192.0.2.1:1", "127.0.0.1:2", "127.0.0.1:2"),
        ] {
            let [url, _] = urls_of("mock", "http", authority, address);
            assert_eq!(url, format!("http://{host}"), "{address} {authority}");
        }
    }

    #[test]
    fn the_form_mock_contains_the_address_of_the_request() {
        for (authority, host, domain, port) in [
            ("127.0.0.1:1", "localhost", "localhost", ":1"),
            ("[::1]:1", "localhost", "localhost", ":1"),
            ("localhost:1", "localhost", "localhost", ":1"),
            ("localhost", "localhost", "localhost", ""),
            ("a.localhost:1", "localhost", "localhost", ":1"),
            (
                "222222222222.dkr.ecr.us-east-1.localhost:1",
                "localhost",
                "localhost",
                ":1",
            ),
            ("mock-ecr:1", "mock-ecr", "mock-ecr", ":1"),
            (
                "api.ecr.us-east-1.mock.test:1",
                "mock.test",
                "mock.test",
                ":1",
            ),
            ("192.0.2.1:1", "192.0.2.1", "localhost", ":1"),
            ("[2001:db8::1]:1", "[2001:db8::1]", "localhost", ":1"),
            ("localhost:8080", "localhost", "localhost", ":8080"),
            // The host is invalid.
            ("", "localhost", "localhost", ":4566"),
            ("a$b", "localhost", "localhost", ":4566"),
            ("..", "localhost", "localhost", ":4566"),
            ("mock..test:1", "localhost", "localhost", ":4566"),
            // No domain follows the Region.
            ("api.ecr.us-east-1.:5", "localhost", "localhost", ":4566"),
            (
                "123456789012.dkr.ecr.us-east-1.:5",
                "localhost",
                "localhost",
                ":4566",
            ),
        ] {
            for scheme in ["http", "https"] {
                let expected = [
                    format!("{scheme}://{host}{port}"),
                    format!("{scheme}://222222222222.dkr.ecr.us-east-1.{domain}{port}"),
                ];
                assert_eq!(urls("mock", scheme, authority), expected, "{authority}");
            }
        }
    }
}
