//! The template from which `proxyEndpoint` is rendered.

use std::str::FromStr;

use serde::Deserialize;

use crate::types::{AccountId, Region};

/// A template of the URL of a registry. The template starts with `http://` or `https://` and consists of printable
/// ASCII characters without spaces. It can contain the variables `{account}`, `{region}`, `{dns_suffix}` and `{port}`.
/// `{port}` is the first port that the mock listens on.
///
/// The default is `https://{account}.dkr.ecr.{region}.{dns_suffix}`, the form of the URL in AWS, because many clients
/// accept no other form. The default has no trailing slash. Source: a response recorded in elerch/aws-sdk-for-zig.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ProxyEndpoint(String);

impl ProxyEndpoint {
    /// Returns the template.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Renders the template. `port` is the port that the mock listens on.
    pub(crate) fn render(&self, account: AccountId, region: &Region, port: u16) -> String {
        let mut url = String::with_capacity(self.0.len() + 32);
        let mut rest = self.0.as_str();
        while let Some((text, name, after)) = next_variable(rest) {
            url += text;
            match name {
                "account" => url += account.as_str(),
                "region" => url += region.as_str(),
                "dns_suffix" => url += region.partition().dns_suffix,
                _ => url += &port.to_string(),
            }
            rest = after;
        }
        url + rest
    }
}

/// Returns the text before the next variable, the name of the variable, and the text after it.
fn next_variable(template: &str) -> Option<(&str, &str, &str)> {
    let (text, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((text, name, after))
}

impl Default for ProxyEndpoint {
    fn default() -> Self {
        ProxyEndpoint("https://{account}.dkr.ecr.{region}.{dns_suffix}".to_owned())
    }
}

impl FromStr for ProxyEndpoint {
    type Err = ProxyEndpointError;

    fn from_str(text: &str) -> Result<Self, ProxyEndpointError> {
        let reject = |why: &str| ProxyEndpointError {
            found: text.chars().take(200).collect(),
            why: why.to_owned(),
        };
        let has_scheme = text.starts_with("https://") || text.starts_with("http://");
        if !has_scheme || !text.bytes().all(|c| c.is_ascii_graphic()) {
            return Err(reject("expected http:// or https:// and a host name"));
        }
        for part in text.split('{').skip(1) {
            let known = ["account", "region", "dns_suffix", "port"];
            match part.split_once('}') {
                Some((name, _)) if known.contains(&name) => {}
                _ => {
                    return Err(reject(
                        "expected no variables other than {account}, {region}, {dns_suffix} and {port}",
                    ));
                }
            }
        }
        Ok(ProxyEndpoint(text.to_owned()))
    }
}

impl TryFrom<String> for ProxyEndpoint {
    type Error = ProxyEndpointError;

    fn try_from(text: String) -> Result<Self, ProxyEndpointError> {
        text.parse()
    }
}

/// The error returned when a string is not a valid template of `proxyEndpoint`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid template of proxyEndpoint {found:?}: {why}")]
pub struct ProxyEndpointError {
    found: String,
    why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str, region: &str) -> String {
        let template: ProxyEndpoint = template.parse().unwrap();
        template.render(AccountId::EXAMPLE, &region.parse().unwrap(), 4566)
    }

    #[test]
    fn the_default_is_the_host_name_of_a_real_registry() {
        let rendered = |region: &str| {
            ProxyEndpoint::default().render(AccountId::EXAMPLE, &region.parse().unwrap(), 1)
        };
        assert_eq!(
            rendered("us-west-2"),
            "https://123456789012.dkr.ecr.us-west-2.amazonaws.com"
        );
        assert_eq!(
            rendered("cn-north-1"),
            "https://123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"
        );
    }

    #[test]
    fn a_template_is_filled_in() {
        assert_eq!(
            rendered(
                "http://{account}.dkr.ecr.{region}.localhost:{port}",
                "us-east-1"
            ),
            "http://123456789012.dkr.ecr.us-east-1.localhost:4566"
        );
        assert_eq!(
            rendered("http://127.0.0.1:{port}", "us-east-1"),
            "http://127.0.0.1:4566"
        );
        assert_eq!(
            rendered("http://{port}{region}.{dns_suffix}}/{region}/", "cn-x"),
            "http://4566cn-x.amazonaws.com.cn}/cn-x/"
        );
    }

    #[test]
    fn an_invalid_template_is_rejected() {
        for wrong in [
            "",
            "localhost",
            "ftp://x",
            "http://{acount}",
            "http://{port",
            "http://a b",
        ] {
            assert!(wrong.parse::<ProxyEndpoint>().is_err(), "{wrong}");
        }
    }
}
