//! Parses the challenge of a registry: `WWW-Authenticate`.

/// What a registry requires. Source: RFC 9110, section 11.6.1, and the token authentication of distribution/distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic {
        service: Option<String>,
    },
    Bearer {
        /// The URL of the token service.
        realm: String,
        service: Option<String>,
        scope: Option<String>,
    },
}

impl Challenge {
    /// Parses a header with one challenge.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        let parameters = parameters(rest);
        let value = |name: &str| {
            let found = parameters
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Challenge::Basic {
                service: value("service"),
            });
        }
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| value("realm"))
            .flatten()
            .map(|realm| Challenge::Bearer {
                realm,
                service: value("service"),
                scope: value("scope"),
            })
    }
}

/// Parses parameters such as `realm="https://a/token",service=a`. A quoted value can contain commas.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([',', ' ']).to_owned();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        found.push((name, value.trim().to_owned()));
        rest = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_of_registries_are_parsed() {
        let text = |text: &str| Some(text.to_owned());
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        let bearer = |realm: &str, service, scope| {
            let realm = realm.to_owned();
            Some(Challenge::Bearer {
                realm,
                service,
                scope,
            })
        };
        let expected = bearer(
            "https://auth.docker.io/token",
            text("registry.docker.io"),
            text("repository:a/b:pull,push"),
        );
        assert_eq!(Challenge::parse(hub), expected);
        let unquoted = "bearer realm=http://a/token, service=a";
        assert_eq!(
            Challenge::parse(unquoted),
            bearer("http://a/token", text("a"), None)
        );
        let ecr = r#"Basic realm="https://123456789012.dkr.ecr.us-east-1.amazonaws.com/",service="ecr.amazonaws.com""#;
        let service = text("ecr.amazonaws.com");
        assert_eq!(Challenge::parse(ecr), Some(Challenge::Basic { service }));
        let service = None;
        assert_eq!(
            Challenge::parse("Basic"),
            Some(Challenge::Basic { service })
        );
        for other in ["", "Bearer", "Bearer service=a", "Negotiate"] {
            assert_eq!(Challenge::parse(other), None, "{other}");
        }
    }
}
