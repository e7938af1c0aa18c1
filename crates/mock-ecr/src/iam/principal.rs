//! Principals, their credentials and their policies, and verified callers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use crate::iam::action::{Action, ActionPattern};
use crate::iam::condition_key::ConditionKey;
use crate::iam::unique_id;
use crate::types::secret::Secret;
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, NameError, PrincipalArn, Region};

/// A user, a role session, a federated user or a root user, with its credentials and its identity-based policy.
///
/// The policy consists of two lists of patterns of IAM actions, such as `ecr:*` or `ecr:Get?uthorizationToken`. `*`
/// matches any text and `?` matches one character; case is ignored. A denied action is denied even if it is also
/// allowed, as in IAM.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Principal {
    /// The ARN. It must be unique among the principals of a configuration.
    pub arn: PrincipalArn,
    /// The access key ID: letters, digits and underscores. It must be unique among the principals of the configuration
    /// and the sessions.
    pub access_key_id: String,
    /// The secret access key. It must not be empty.
    pub secret_access_key: Secret,
    /// The session token, which requests must contain in `X-Amz-Security-Token`. If `None`, the credentials are
    /// long-term credentials.
    #[serde(default)]
    pub session_token: Option<Secret>,
    /// The time at which the credentials expire. From this time on, the tokens of the principal are invalid, even if
    /// their `expiresAt` is later. If `None`, the credentials do not expire.
    #[serde(default)]
    pub expires: Option<Timestamp>,
    /// The patterns of allowed actions. The default is `*`: all actions are allowed.
    #[serde(default = "every_action")]
    pub allow: Vec<String>,
    /// The patterns of denied actions. The default is an empty list: no action is denied.
    #[serde(default)]
    pub deny: Vec<String>,
    /// The values of condition keys in the requests of the principal, for the conditions in policies. The default is an
    /// empty map. A value in this map takes precedence over a property of the request.
    #[serde(default)]
    pub context: BTreeMap<ConditionKey, String>,
}

impl Principal {
    /// The access key ID in the examples of the AWS documentation.
    pub const EXAMPLE_ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
    /// The secret access key in the examples of the AWS documentation.
    pub const EXAMPLE_SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    /// Creates a principal with long-term credentials that do not expire. All actions are allowed.
    pub fn new(
        arn: PrincipalArn,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<Secret>,
    ) -> Self {
        Principal {
            arn,
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
            expires: None,
            allow: every_action(),
            deny: Vec::new(),
            context: BTreeMap::new(),
        }
    }

    /// Creates a principal with keys that are derived from its ARN, so a test needs no keys. All actions are allowed.
    ///
    /// The credentials of a principal of `sts`, such as a session of a role, have a session token.
    ///
    /// ```
    /// # use mock_ecr::{MockEcr, Principal};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ci = Principal::from_arn("arn:aws:iam::210987654321:user/ci")?.deny(["ecr:Delete*"]);
    /// assert!(ci.access_key_id.starts_with("AKIA"));
    /// let ecr = MockEcr::builder().principal(ci).start().await?;
    /// assert_eq!(ecr.config().default_account().as_str(), "210987654321");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if `arn` is not the ARN of a principal, or is the ARN of a role: only its sessions send requests.
    pub fn from_arn(arn: &str) -> Result<Self, NameError> {
        let arn: PrincipalArn = arn.parse()?;
        if arn.role().is_some() {
            return Err(NameError::new(
                "principal ARN",
                arn.as_str(),
                PrincipalArn::EXPECTED,
            ));
        }
        let (key, secret) = (
            unique_id::access_key_id(&arn),
            unique_id::secret(&arn, "key"),
        );
        let session_token = arn
            .is_temporary()
            .then(|| unique_id::secret(&arn, "session"));
        Ok(Principal {
            session_token: session_token.map(Secret::from),
            ..Principal::new(arn, key, secret)
        })
    }

    /// Creates the user `developer` of `account`, with the keys in the examples of the AWS documentation.
    ///
    /// If the list of principals in a configuration is empty, this is the only principal of the mock.
    pub fn example(account: AccountId, region: &Region) -> Self {
        Principal::new(
            PrincipalArn::user(account, region, "developer"),
            Self::EXAMPLE_ACCESS_KEY_ID,
            Self::EXAMPLE_SECRET_ACCESS_KEY,
        )
    }

    /// Sets the session token of temporary credentials. Requests must contain this token.
    #[must_use]
    pub fn session_token(mut self, token: impl Into<Secret>) -> Self {
        self.session_token = Some(token.into());
        self
    }

    /// Sets the time at which the credentials expire. From this time on, the tokens of the principal are invalid.
    #[must_use]
    pub fn expires(mut self, timestamp: Timestamp) -> Self {
        self.expires = Some(timestamp);
        self
    }

    /// Allows only the actions that match one of `patterns`. The list replaces the previous one, which by default
    /// allows all actions.
    #[must_use]
    pub fn allow<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.allow = patterns.into_iter().map(Into::into).collect();
        self
    }

    /// Denies the actions that match one of `patterns`. The list replaces the previous one, which by default is empty.
    #[must_use]
    pub fn deny<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.deny = patterns.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the value of a condition key in the requests of the principal, such as its organization.
    ///
    /// ```
    /// # use mock_ecr::Principal;
    /// use mock_ecr::config::ConditionKey;
    ///
    /// let ci = Principal::from_arn("arn:aws:iam::210987654321:user/ci")?
    ///     .context(ConditionKey::PrincipalOrgId, "o-example");
    /// assert_eq!(ci.context[&ConditionKey::PrincipalOrgId], "o-example");
    /// # Ok::<(), mock_ecr::config::NameError>(())
    /// ```
    #[must_use]
    pub fn context(mut self, key: ConditionKey, value: impl Into<String>) -> Self {
        self.context.insert(key, value.into());
        self
    }

    /// Returns whether the credentials have expired.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Returns the secret access key and the session token.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        [&self.secret_access_key]
            .into_iter()
            .chain(&self.session_token)
    }

    /// Evaluates the policy for an action.
    pub(crate) fn evaluate(&self, action: Action) -> Result<(), Denial> {
        let action = action.to_string();
        let matches = |pattern: &String| ActionPattern::new(pattern.as_str()).matches(&action);
        if self.deny.iter().any(matches) {
            Err(Denial::Explicit)
        } else if self.allow.iter().any(matches) {
            Ok(())
        } else {
            Err(Denial::Implicit)
        }
    }

    /// Checks that the keys can be used to sign requests.
    pub(crate) fn check_keys(&self) -> Result<(), InvalidKey> {
        if !is_access_key_id(&self.access_key_id) {
            return Err(InvalidKey {
                key: "access_key_id",
                found: shown(&self.access_key_id),
                expected: "letters, digits and underscores, such as AKIAIOSFODNN7EXAMPLE",
            });
        }
        if self.secret_access_key.expose().is_empty() {
            return Err(InvalidKey {
                key: "secret_access_key",
                found: String::new(),
                expected: "at least one character; keys of AWS have 40",
            });
        }
        let token = self.session_token.as_ref();
        let secrets = [
            ("secret_access_key", Some(&self.secret_access_key)),
            ("session_token", token),
        ];
        for (key, secret) in secrets {
            if secret.is_some_and(|secret| secret.expose().contains(char::is_control)) {
                return Err(InvalidKey {
                    key,
                    found: REDACTED.to_owned(),
                    expected: "no line breaks or other control characters, which headers and variables cannot contain",
                });
            }
        }
        Ok(())
    }

    /// Creates the root user of `account`. The root user needs no entry in a configuration, and no request can be
    /// signed with its keys.
    pub(crate) fn root(account: AccountId, region: &Region) -> Self {
        Principal::new(PrincipalArn::root(account, region), account.as_str(), "")
    }
}

/// Formats the ARN and the access key ID.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Principal({} with {})", self.arn, self.access_key_id)
    }
}

/// The error returned when a key cannot be used to sign requests.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {key} {found:?}: expected {expected}")]
pub(crate) struct InvalidKey {
    /// The name of the key.
    pub(crate) key: &'static str,
    /// The value. Empty for a secret key.
    pub(crate) found: String,
    pub(crate) expected: &'static str,
}

/// Returns whether a text is an access key ID, as required in a credential scope. Source: the pattern `[\w]+` of IAM's
/// `accessKeyIdType`.
fn is_access_key_id(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !text.is_empty() && text.chars().all(is_word)
}

/// Returns the text that an error contains. A text with other characters than an access key ID can be a secret access key in the wrong place.
fn shown(access_key_id: &str) -> String {
    match access_key_id.len() == 40 {
        true => REDACTED.to_owned(),
        false => access_key_id.chars().take(100).collect(),
    }
}

const REDACTED: &str = "REDACTED";

fn every_action() -> Vec<String> {
    vec!["*".to_owned()]
}

/// The reason why a policy denies an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// No pattern allows the action.
    Implicit,
    /// A pattern denies the action.
    Explicit,
}

/// An authenticated caller, and the Region of its credential scope or of its token.
///
/// The mock creates a value only after it has accepted a signature or verified a token. In the mode
/// [`AuthMode::Strict`](crate::config::AuthMode::Strict), it accepts only valid signatures. In the mode
/// [`AuthMode::Lenient`](crate::config::AuthMode::Lenient), it does not verify signatures.
#[derive(Clone)]
pub struct Caller {
    principal: Arc<Principal>,
    region: Region,
}

impl Caller {
    pub(crate) fn new(principal: Arc<Principal>, region: Region) -> Self {
        Caller { principal, region }
    }

    /// Returns the ARN of the principal.
    pub fn arn(&self) -> &PrincipalArn {
        &self.principal.arn
    }

    /// Returns the account of the principal.
    pub fn account(&self) -> AccountId {
        self.principal.arn.account()
    }

    /// Returns the Region of the credential scope or of the token.
    pub fn region(&self) -> &Region {
        &self.region
    }

    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }
}

/// Formats the ARN and the Region.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Caller({} in {})", self.arn(), self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_action_is_denied_even_if_allowed() {
        let principal = Principal::example(AccountId::EXAMPLE, &Region::default());
        assert_eq!(principal.evaluate(Action::ecr("PutImage")), Ok(()));
        let principal = principal.allow(["ecr:Get*"]);
        assert_eq!(
            principal.evaluate(Action::ecr("PutImage")),
            Err(Denial::Implicit)
        );
        let principal = principal.deny(["ecr:GetAuthorizationToken"]);
        assert_eq!(
            principal.evaluate(Action::ecr("GetAuthorizationToken")),
            Err(Denial::Explicit)
        );
    }

    #[test]
    fn a_role_is_not_a_principal_that_sends_requests() {
        let error = Principal::from_arn("arn:aws:iam::123456789012:role/ci").unwrap_err();
        assert!(
            error.to_string().contains("assumed-role/ROLE/SESSION"),
            "{error}"
        );
        Principal::from_arn("arn:aws:sts::123456789012:assumed-role/ci/job").unwrap();
    }

    #[test]
    fn a_secret_in_the_wrong_place_or_with_a_line_break_is_rejected_and_not_shown() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let principal = |id: &str, secret: &str| {
            let arn = "arn:aws:iam::123456789012:user/x".parse().unwrap();
            Principal::new(arn, id, secret)
        };
        let swapped = principal(secret, "AKIDEXAMPLE").check_keys().unwrap_err();
        assert_eq!(
            (swapped.key, &*swapped.found),
            ("access_key_id", "REDACTED")
        );
        let broken = principal("A", "s3cr\nt").check_keys().unwrap_err();
        assert_eq!(
            (broken.key, &*broken.found),
            ("secret_access_key", "REDACTED")
        );
        let with_nul = principal("A", "s").session_token("t\0");
        assert_eq!(with_nul.check_keys().unwrap_err().key, "session_token");
    }
}
