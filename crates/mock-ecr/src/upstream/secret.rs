//! The secrets with the credentials for upstream registries.

use serde::Deserialize;

use crate::types::secret::Secret;

/// The credentials for an upstream registry.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credentials {
    pub(super) username: String,
    pub(super) access_token: Secret,
}

/// The reason why a secret cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("it does not exist")]
    NotFound,
    #[error("the access is denied")]
    Denied,
    #[error("it cannot be decrypted")]
    Undecryptable,
    #[error("expected a JSON object with the members username and accessToken")]
    Malformed,
}

impl Credentials {
    /// Parses the text of a secret. Source of the members: "Storing your upstream repository credentials in an AWS Secrets Manager secret" in the
    /// user guide of Amazon ECR.
    pub(super) fn parse(secret: &Secret) -> Result<Self, SecretError> {
        let parsed: Result<Self, _> = serde_json::from_str(secret.expose());
        parsed.map_err(|_| SecretError::Malformed)
    }
}

/// Returns the access token in the text of a secret.
pub(crate) fn access_token(secret: &Secret) -> Option<Secret> {
    Some(Credentials::parse(secret).ok()?.access_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_a_user_name_and_an_access_token() {
        let parsed = |text: &str| Credentials::parse(&Secret::from(text));
        let credentials = parsed(r#"{"username":"me","accessToken":"t"}"#).unwrap();
        assert_eq!(credentials.username, "me");
        assert!(credentials.access_token.equals("t"));
        for text in ["test", "{}", r#"{"username":"me"}"#] {
            assert_eq!(parsed(text).unwrap_err(), SecretError::Malformed, "{text}");
        }
    }
}
