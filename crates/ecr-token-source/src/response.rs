//! Extracts the credentials for the requested registry from a response of `GetAuthorizationToken`.

use std::fmt;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::credentials::{Credentials, Password};
use crate::registry::Registry;

/// An element of the list `authorizationData`. Each member may be missing in a response.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AuthorizationData {
    /// `authorizationToken`: the text `USER:PASSWORD`, encoded in base64.
    pub authorization_token: Option<String>,
    /// `expiresAt`: the time at which the token expires.
    pub expires_at: Option<SystemTime>,
    /// `proxyEndpoint`: the URL of the registry.
    pub proxy_endpoint: Option<String>,
}

/// The error returned when a response of `GetAuthorizationToken` is not usable. The messages do not contain any part of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// `authorizationData` is missing or empty.
    #[error("authorizationData is missing or empty")]
    Empty,
    /// The element for the registry has no `authorizationToken`.
    #[error("authorizationToken is missing")]
    MissingToken,
    /// The first element has no `proxyEndpoint`, and no other element is for the requested registry.
    #[error("proxyEndpoint is missing")]
    MissingEndpoint,
    /// The response contains no element for the requested registry.
    #[error("expected a token for {requested}, received one for {received}")]
    RegistryMismatch {
        /// The `proxyEndpoint` of the first element.
        received: String,
        /// The host of the requested registry, followed by `:PORT` if a port was requested.
        requested: String,
    },
    /// The response contains elements for several registries, but no registry was requested.
    #[error("authorizationData contains several registries, and no registry was requested")]
    Ambiguous,
    /// The token is not valid base64.
    #[error("authorizationToken is not valid base64")]
    NotBase64,
    /// The decoded token is not valid UTF-8.
    #[error("the decoded authorizationToken is not valid UTF-8")]
    NotUtf8,
    /// The decoded token has no colon, or the username or the password is empty.
    #[error("the decoded authorizationToken is not USER:PASSWORD")]
    NotUserPassword,
}

/// Returns the credentials for the requested registry. If `requested` is `None`, all elements must be for the same registry.
pub(crate) fn login(
    data: Vec<AuthorizationData>,
    requested: Option<&Registry>,
) -> Result<Credentials, ResponseError> {
    let (chosen, registry) = match requested {
        Some(requested) => (select(data, requested)?, requested.to_string()),
        None => select_only(data)?,
    };
    let token = chosen
        .authorization_token
        .ok_or(ResponseError::MissingToken)?;
    let (username, password) = decode(&token)?;
    Ok(Credentials {
        username,
        password,
        expires_at: chosen.expires_at,
        registry,
    })
}

fn select(
    data: Vec<AuthorizationData>,
    requested: &Registry,
) -> Result<AuthorizationData, ResponseError> {
    let first = data.first().ok_or(ResponseError::Empty)?;
    let received = first.proxy_endpoint.clone();
    let is_requested = |element: &AuthorizationData| {
        let registry = element.proxy_endpoint.as_deref().map(Registry::parse);
        registry.is_some_and(|registry| registry.is_ok_and(|found| found.is_same_as(requested)))
    };
    let found = data.into_iter().find(is_requested);
    found.ok_or_else(|| match received {
        Some(received) => ResponseError::RegistryMismatch {
            received,
            requested: requested.to_string(),
        },
        None => ResponseError::MissingEndpoint,
    })
}

fn select_only(data: Vec<AuthorizationData>) -> Result<(AuthorizationData, String), ResponseError> {
    let mut rest = data.into_iter();
    let first = rest.next().ok_or(ResponseError::Empty)?;
    let endpoint = first.proxy_endpoint.clone();
    let endpoint = endpoint.ok_or(ResponseError::MissingEndpoint)?;
    if rest.any(|other| other.proxy_endpoint != first.proxy_endpoint) {
        return Err(ResponseError::Ambiguous);
    }
    let host = endpoint
        .split_once("://")
        .map_or(&*endpoint, |(_, host)| host);
    let host = host.split('/').next().unwrap_or_default().to_owned();
    Ok((first, host))
}

/// Splits at the first colon: the password may contain colons.
fn decode(token: &str) -> Result<(String, Password), ResponseError> {
    let bytes = STANDARD.decode(token);
    let text = String::from_utf8(bytes.map_err(|_| ResponseError::NotBase64)?);
    let text = text.map_err(|_| ResponseError::NotUtf8)?;
    match text.split_once(':') {
        None | Some(("", _) | (_, "")) => Err(ResponseError::NotUserPassword),
        Some((username, password)) => Ok((username.to_owned(), Password::new(password.to_owned()))),
    }
}

/// The output does not contain the token.
impl fmt::Debug for AuthorizationData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.authorization_token.as_ref().map(|_| "..");
        f.debug_struct("AuthorizationData")
            .field("authorization_token", &token)
            .field("expires_at", &self.expires_at)
            .field("proxy_endpoint", &self.proxy_endpoint)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "https://111111111111.dkr.ecr.us-east-1.amazonaws.com";
    const B: &str = "https://222222222222.dkr.ecr.us-east-1.amazonaws.com";

    fn entry(login: impl AsRef<[u8]>, endpoint: &str) -> AuthorizationData {
        AuthorizationData {
            authorization_token: Some(STANDARD.encode(login)),
            expires_at: None,
            proxy_endpoint: Some(endpoint.to_owned()),
        }
    }

    fn login_of(url: &str, data: Vec<AuthorizationData>) -> Result<String, ResponseError> {
        let registry = Registry::parse(url).unwrap();
        let credentials = login(data, Some(&registry))?;
        Ok(credentials.password.expose().to_owned())
    }

    fn own_login(text: &[u8]) -> Result<String, ResponseError> {
        let credentials = login(vec![entry(text, A)], None)?;
        Ok(credentials.password.expose().to_owned())
    }

    #[test]
    fn the_password_is_everything_after_the_first_colon() {
        assert_eq!(own_login(b"AWS:one::two:").as_deref(), Ok("one::two:"));
        let credentials = login(vec![entry("Bob:pw", A)], None).unwrap();
        assert_eq!(credentials.username, "Bob");
        assert_eq!(credentials.registry, &A["https://".len()..]);
    }

    #[test]
    fn a_token_without_user_and_password_is_an_error() {
        for text in ["", "AWS", "AWS:", ":pw"] {
            assert_eq!(
                own_login(text.as_bytes()),
                Err(ResponseError::NotUserPassword),
                "{text}"
            );
        }
        assert_eq!(own_login(b"AWS:\xff"), Err(ResponseError::NotUtf8));
        let mut not_base64 = entry("AWS:pw", A);
        not_base64.authorization_token = Some("?".to_owned());
        assert_eq!(login(vec![not_base64], None), Err(ResponseError::NotBase64));
    }

    #[test]
    fn the_error_names_the_missing_member() {
        assert_eq!(login(Vec::new(), None), Err(ResponseError::Empty));
        assert_eq!(login_of(A, Vec::new()), Err(ResponseError::Empty));
        let empty = AuthorizationData::default();
        assert_eq!(
            login_of(A, vec![empty.clone()]),
            Err(ResponseError::MissingEndpoint)
        );
        assert_eq!(
            login(vec![empty], None),
            Err(ResponseError::MissingEndpoint)
        );
        let mut no_token = entry("AWS:pw", A);
        no_token.authorization_token = None;
        assert_eq!(
            login_of(A, vec![no_token]),
            Err(ResponseError::MissingToken)
        );
    }

    #[test]
    fn the_requested_registry_is_selected_from_several() {
        let both = vec![entry("AWS:a", A), entry("AWS:b", B)];
        assert_eq!(login_of(B, both.clone()).as_deref(), Ok("b"));
        assert_eq!(login(both, None), Err(ResponseError::Ambiguous));
        let duplicates = vec![entry("AWS:a", A), entry("AWS:a", A)];
        assert!(login(duplicates, None).is_ok());
    }

    #[test]
    fn another_host_name_of_the_registry_matches() {
        let dual = "222222222222.dkr-ecr.us-east-1.on.aws";
        let credentials = login(
            vec![entry("AWS:b", B)],
            Some(&Registry::parse(dual).unwrap()),
        );
        assert_eq!(credentials.unwrap().registry, dual);
    }

    #[test]
    fn another_registry_is_an_error() {
        for endpoint in [A, "https://registry.example.com", "222222222222", ""] {
            let result = login_of(B, vec![entry("AWS:a", endpoint)]);
            assert!(
                matches!(result, Err(ResponseError::RegistryMismatch { .. })),
                "{endpoint}"
            );
        }
        let other_region = B.replace("us-east-1", "us-east-2");
        assert!(login_of(B, vec![entry("AWS:b", &other_region)]).is_err());
    }

    #[test]
    fn debug_output_contains_no_token() {
        let output = format!("{:?}", entry("AWS:pw", A));
        assert!(!output.contains(&STANDARD.encode("AWS:pw")), "{output}");
    }
}
