//! The form of the URLs of registries.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::config::endpoint_template::{EndpointTemplate, ProxyEndpointError};

/// The form of the URLs of registries: of `proxyEndpoint` in the output of `GetAuthorizationToken`, of `repositoryUri`
/// without the scheme, and of the realm in `WWW-Authenticate`.
///
/// The text of a value is `aws`, `mock` or a template. The guide "Use the host names of AWS" describes the forms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[non_exhaustive]
pub enum ProxyEndpoint {
    /// The form of AWS: `https://ACCOUNT.dkr.ecr.REGION.amazonaws.com`, without a trailing slash. A client that uses
    /// this URL reaches AWS, unless it is redirected to the mock. Source: a response recorded in
    /// elerch/aws-sdk-for-zig.
    #[default]
    Aws,
    /// The address by which the client has reached the mock, with the scheme, host and port of the request. Loopback
    /// addresses are written `localhost` if the mock listens on 127.0.0.1 or ::1.
    ///
    /// The URL of the registry of the default account is `http://localhost:PORT`. The URL of the registry of another
    /// account is `http://ACCOUNT.dkr.ecr.REGION.localhost:PORT`. If the client has reached the mock by a host name in a
    /// domain of AWS, the URLs have the form of AWS.
    Mock,
    /// A template, which is rendered for each registry.
    Template(EndpointTemplate),
}

impl fmt::Display for ProxyEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProxyEndpoint::Aws => f.write_str("aws"),
            ProxyEndpoint::Mock => f.write_str("mock"),
            ProxyEndpoint::Template(template) => template.fmt(f),
        }
    }
}

impl FromStr for ProxyEndpoint {
    type Err = ProxyEndpointError;

    fn from_str(text: &str) -> Result<Self, ProxyEndpointError> {
        match text {
            "aws" => Ok(ProxyEndpoint::Aws),
            "mock" => Ok(ProxyEndpoint::Mock),
            template => template.parse().map(ProxyEndpoint::Template),
        }
    }
}

impl TryFrom<String> for ProxyEndpoint {
    type Error = ProxyEndpointError;

    fn try_from(text: String) -> Result<Self, ProxyEndpointError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_form_is_parsed() {
        for text in ["aws", "mock", "http://{account}.localhost:{port}"] {
            let parsed: ProxyEndpoint = text.parse().unwrap();
            assert_eq!(parsed.to_string(), text);
        }
        for wrong in ["", "AWS", "localhost:4566"] {
            let error = wrong.parse::<ProxyEndpoint>().unwrap_err().to_string();
            assert!(error.contains("expected aws, mock, or a URL"), "{error}");
        }
    }
}
