//! What ECR answered, and the one login of it that was asked for.

use std::fmt;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::credentials::{Credentials, Password};
use crate::registry::Registry;

/// An element of `authorizationData`, in which anything may be missing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AuthorizationData {
    /// `authorizationToken`, base64 of `USER:PASSWORD`.
    pub authorization_token: Option<String>,
    /// `expiresAt`.
    pub expires_at: Option<SystemTime>,
    /// `proxyEndpoint`, the URL of the registry.
    pub proxy_endpoint: Option<String>,
}

/// What is wrong with an answer. No error shows any part of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// An empty list, or none.
    #[error("there is no authorizationData")]
    Empty,
    /// An element without a token.
    #[error("there is no authorizationToken")]
    NoToken,
    /// An element without the registry that it is for.
    #[error("there is no proxyEndpoint")]
    NoEndpoint,
    /// Registries, none of which was asked for.
    #[error("it is for {got}, and {asked} was asked for")]
    Foreign {
        /// What came, the first of it.
        got: String,
        /// What was asked for.
        asked: String,
    },
    /// Several registries, where the caller's own was asked for.
    #[error("it is for several registries, and which is the caller's own cannot be told")]
    Ambiguous,
    /// A token that is not base64.
    #[error("the authorizationToken is no base64")]
    NotBase64,
    /// A token that is not UTF-8.
    #[error("the authorizationToken is no UTF-8 inside its base64")]
    NotUtf8,
    /// A token without a colon, or with nothing on one side of it.
    #[error("the authorizationToken holds no USER:PASSWORD")]
    NoLogin,
}

/// The login for the registry that was asked for, or for the only one there is.
pub(crate) fn login(
    data: Vec<AuthorizationData>,
    asked: Option<&Registry>,
) -> Result<Credentials, AnswerError> {
    let (chosen, registry) = match asked {
        Some(asked) => (of(data, asked)?, asked.to_string()),
        None => only(data)?,
    };
    let token = chosen.authorization_token.ok_or(AnswerError::NoToken)?;
    let (username, password) = opened(&token)?;
    Ok(Credentials {
        username,
        password,
        expires_at: chosen.expires_at,
        registry,
    })
}

fn of(data: Vec<AuthorizationData>, asked: &Registry) -> Result<AuthorizationData, AnswerError> {
    let first = data.first().ok_or(AnswerError::Empty)?;
    let got = first.proxy_endpoint.clone();
    let is_asked = |one: &AuthorizationData| {
        let registry = one.proxy_endpoint.as_deref().map(Registry::of);
        registry.is_some_and(|registry| registry.is_ok_and(|found| found.is_same_as(asked)))
    };
    let found = data.into_iter().find(is_asked);
    found.ok_or_else(|| match got {
        Some(got) => AnswerError::Foreign {
            got,
            asked: asked.to_string(),
        },
        None => AnswerError::NoEndpoint,
    })
}

fn only(data: Vec<AuthorizationData>) -> Result<(AuthorizationData, String), AnswerError> {
    let mut rest = data.into_iter();
    let first = rest.next().ok_or(AnswerError::Empty)?;
    let endpoint = first.proxy_endpoint.clone();
    let endpoint = endpoint.ok_or(AnswerError::NoEndpoint)?;
    if rest.any(|other| other.proxy_endpoint != first.proxy_endpoint) {
        return Err(AnswerError::Ambiguous);
    }
    let host = endpoint
        .split_once("://")
        .map_or(&*endpoint, |(_, host)| host);
    let host = host.split('/').next().unwrap_or_default().to_owned();
    Ok((first, host))
}

/// The password is all that follows the first colon.
fn opened(token: &str) -> Result<(String, Password), AnswerError> {
    let bytes = STANDARD.decode(token);
    let text = String::from_utf8(bytes.map_err(|_| AnswerError::NotBase64)?);
    let text = text.map_err(|_| AnswerError::NotUtf8)?;
    match text.split_once(':') {
        None | Some(("", _) | (_, "")) => Err(AnswerError::NoLogin),
        Some((username, password)) => Ok((username.to_owned(), Password::new(password.to_owned()))),
    }
}

/// Without the token.
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

    fn asked(url: &str, data: Vec<AuthorizationData>) -> Result<String, AnswerError> {
        let registry = Registry::of(url).unwrap();
        let credentials = login(data, Some(&registry))?;
        Ok(credentials.password.expose().to_owned())
    }

    fn own(login_text: &[u8]) -> Result<String, AnswerError> {
        let credentials = login(vec![entry(login_text, A)], None)?;
        Ok(credentials.password.expose().to_owned())
    }

    #[test]
    fn the_password_is_all_behind_the_first_colon() {
        assert_eq!(own(b"AWS:one::two:").as_deref(), Ok("one::two:"));
        let credentials = login(vec![entry("Bob:pw", A)], None).unwrap();
        assert_eq!(credentials.username, "Bob");
        assert_eq!(credentials.registry, &A["https://".len()..]);
    }

    #[test]
    fn what_is_no_login_is_an_error() {
        for text in ["", "AWS", "AWS:", ":pw"] {
            assert_eq!(own(text.as_bytes()), Err(AnswerError::NoLogin), "{text}");
        }
        assert_eq!(own(b"AWS:\xff"), Err(AnswerError::NotUtf8));
        let mut garbled = entry("AWS:pw", A);
        garbled.authorization_token = Some("?".to_owned());
        assert_eq!(login(vec![garbled], None), Err(AnswerError::NotBase64));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(login(Vec::new(), None), Err(AnswerError::Empty));
        assert_eq!(asked(A, Vec::new()), Err(AnswerError::Empty));
        let nothing = AuthorizationData::default();
        assert_eq!(
            asked(A, vec![nothing.clone()]),
            Err(AnswerError::NoEndpoint)
        );
        assert_eq!(login(vec![nothing], None), Err(AnswerError::NoEndpoint));
        let mut no_token = entry("AWS:pw", A);
        no_token.authorization_token = None;
        assert_eq!(asked(A, vec![no_token]), Err(AnswerError::NoToken));
    }

    #[test]
    fn of_several_registries_the_one_that_was_asked_for_counts() {
        let both = vec![entry("AWS:a", A), entry("AWS:b", B)];
        assert_eq!(asked(B, both.clone()).as_deref(), Ok("b"));
        assert_eq!(login(both, None), Err(AnswerError::Ambiguous));
        let doubled = vec![entry("AWS:a", A), entry("AWS:a", A)];
        assert!(login(doubled, None).is_ok());
    }

    #[test]
    fn another_name_of_the_registry_is_the_registry() {
        let dual = "222222222222.dkr-ecr.us-east-1.on.aws";
        let credentials = login(vec![entry("AWS:b", B)], Some(&Registry::of(dual).unwrap()));
        assert_eq!(credentials.unwrap().registry, dual);
    }

    #[test]
    fn a_foreign_registry_is_an_error() {
        for endpoint in [A, "https://registry.example.com", "222222222222", ""] {
            let answer = asked(B, vec![entry("AWS:a", endpoint)]);
            assert!(
                matches!(answer, Err(AnswerError::Foreign { .. })),
                "{endpoint}"
            );
        }
        let elsewhere = B.replace("us-east-1", "us-east-2");
        assert!(asked(B, vec![entry("AWS:b", &elsewhere)]).is_err());
    }

    #[test]
    fn debug_does_not_show_a_token() {
        let shown = format!("{:?}", entry("AWS:pw", A));
        assert!(!shown.contains(&STANDARD.encode("AWS:pw")), "{shown}");
    }
}
