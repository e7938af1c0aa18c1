//! The secrets that a mock reads in place of AWS Secrets Manager.

use serde::{Deserialize, Serialize};

use crate::types::secret::Secret;

/// A secret of AWS Secrets Manager, which contains the credentials for an upstream registry. A mock has no Secrets Manager: a
/// secret exists if the configuration contains it.
///
/// ```
/// use mock_ecr::config::StoredSecret;
///
/// let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/docker-hub-AbCdEf";
/// let secret = StoredSecret::new(arn, r#"{"username": "me", "accessToken": "token"}"#);
/// assert_eq!(secret.arn, arn);
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StoredSecret {
    /// The ARN. The name of the secret must begin with `ecr-pullthroughcache/`.
    pub arn: String,
    /// The text of the secret. Amazon ECR needs a JSON object with the members `username` and `accessToken`.
    pub value: Secret,
    /// Whether Amazon ECR can read the secret. The default is [`SecretAccess::Readable`].
    #[serde(default)]
    pub access: SecretAccess,
}

impl StoredSecret {
    /// Creates a secret that Amazon ECR can read.
    pub fn new(arn: impl Into<String>, value: impl Into<Secret>) -> Self {
        StoredSecret {
            arn: arn.into(),
            value: value.into(),
            access: SecretAccess::Readable,
        }
    }
}

/// Whether Amazon ECR can read a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretAccess {
    /// It can be read.
    #[default]
    Readable,
    /// The policy of the secret denies access: `UnableToAccessSecretException`.
    Denied,
    /// The key of the secret cannot be used: `UnableToDecryptSecretValueException`.
    Undecryptable,
}
