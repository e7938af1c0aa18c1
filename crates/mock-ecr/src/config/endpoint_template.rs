//! A template of the URL of a registry.

use std::fmt;
use std::str::FromStr;

use crate::types::error_chain::debug_as_chain;
use crate::types::{AccountId, Region};

/// A template of the URL of a registry. The template starts with `http://` or `https://` and a host, and consists of printable
/// ASCII characters other than spaces, `"` and `\`. It can contain the variables `{account}`, `{region}`, `{dns_suffix}` and `{port}`.
/// `{port}` is the first port that the mock listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointTemplate(String);

impl EndpointTemplate {
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

impl fmt::Display for EndpointTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EndpointTemplate {
    type Err = ProxyEndpointError;

    fn from_str(text: &str) -> Result<Self, ProxyEndpointError> {
        let reject = |why| ProxyEndpointError::new(text, why);
        let schemes = ["https://", "http://"];
        let Some(rest) = schemes.iter().find_map(|scheme| text.strip_prefix(scheme)) else {
            return Err(reject(
                "expected aws, mock, or a URL that begins with http:// or https://",
            ));
        };
        if !rest.bytes().all(is_url_byte) {
            return Err(reject(
                "expected printable ASCII characters other than spaces, quotation marks and backslashes",
            ));
        }
        if !has_host(rest) {
            return Err(reject("expected a host after http:// or https://"));
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
        Ok(EndpointTemplate(text.to_owned()))
    }
}

/// Returns whether a byte can be in a template. The URL is written in the realm of a header without escapes.
fn is_url_byte(c: u8) -> bool {
    c.is_ascii_graphic() && c != b'"' && c != b'\\'
}

/// Returns whether a URL without its scheme begins with a host.
fn has_host(url: &str) -> bool {
    let authority = url.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    !host.is_empty() && !host.starts_with(':')
}

/// The error returned when a string is not a valid [`ProxyEndpoint`](crate::config::ProxyEndpoint).
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid form of proxyEndpoint {found:?}: {why}")]
pub struct ProxyEndpointError {
    found: String,
    why: &'static str,
}

debug_as_chain!(ProxyEndpointError);

impl ProxyEndpointError {
    fn new(found: &str, why: &'static str) -> Self {
        ProxyEndpointError {
            found: found.to_owned(),
            why,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str, region: &str) -> String {
        let template: EndpointTemplate = template.parse().unwrap();
        template.render(AccountId::EXAMPLE, &region.parse().unwrap(), 4566)
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
            "http://a\"b,x=\"y",
            "http://a\\b",
            "http://a\u{1b}b",
            "http://a\r\nb",
            "http://",
            "https:///v2",
            "http://:{port}",
            "http://?x",
            "http://user@",
            "http://user@:80",
        ] {
            assert!(wrong.parse::<EndpointTemplate>().is_err(), "{wrong:?}");
        }
    }
}
