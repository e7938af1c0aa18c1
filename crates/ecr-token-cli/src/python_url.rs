//! Splits URLs as Python's `urllib.parse.urlsplit` does.

/// The parts of a URL that decide whether a request is permitted.
#[derive(Debug, PartialEq)]
pub(crate) struct PythonUrl {
    /// The scheme in lower case, or an empty text.
    pub(crate) scheme: String,
    /// The host in lower case, without the brackets of an IPv6 address.
    pub(crate) host: Option<String>,
}

impl PythonUrl {
    /// Splits a URL, in which any character is permitted.
    ///
    /// # Errors
    /// Returns Python's message for a bracket without its counterpart.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let (scheme, rest) = match url.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            _ => (String::new(), url),
        };
        let authority = rest.strip_prefix("//").unwrap_or_default();
        let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('[') != authority.contains(']') {
            return Err("Invalid IPv6 URL".to_owned());
        }
        let host = authority.rsplit('@').next().unwrap_or_default();
        let host = match host.split_once('[') {
            Some((_, address)) => address.split(']').next(),
            None => host.split(':').next(),
        };
        let host = host.filter(|host| !host.is_empty()).map(str::to_lowercase);
        Ok(Self { scheme, host })
    }
}

fn is_scheme(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from CPython 3.11.
    #[test]
    fn the_host_is_that_of_python() {
        for (url, scheme, host) in [
            ("http://EXAMPLE.com:80/x", "http", Some("example.com")),
            ("http://user:pw@Example.com/", "http", Some("example.com")),
            ("http://[FD00:ec2::23]:1/x", "http", Some("fd00:ec2::23")),
            ("http://exa mple.com?x", "http", Some("exa mple.com")),
            (
                "http://ex\u{e4}mple.com#f",
                "http",
                Some("ex\u{e4}mple.com"),
            ),
            ("http://a%41.com/x", "http", Some("a%41.com")),
            (
                "http://localhost\\@evil.example/",
                "http",
                Some("evil.example"),
            ),
            ("//host/x", "", Some("host")),
            ("http:///x", "http", None),
            ("http:example.com", "http", None),
            ("HTTPS:x", "https", None),
            ("name", "", None),
            ("", "", None),
        ] {
            let expected = PythonUrl {
                scheme: scheme.to_owned(),
                host: host.map(str::to_owned),
            };
            assert_eq!(PythonUrl::parse(url), Ok(expected), "{url}");
        }
        let error = PythonUrl::parse("http://[bad/x").unwrap_err();
        assert_eq!(error, "Invalid IPv6 URL");
    }
}
