//! Who may call, with which credentials, and what they may do.

use std::sync::Arc;

use serde::Deserialize;

use crate::iam::action::{Action, ActionPattern};
use crate::types::secret::Secret;
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, PrincipalArn, Region};

/// A user, role session or root user, its credentials, and its identity-based policy.
///
/// The policy is two lists of IAM action patterns (`ecr:*`, `ecr:Get?uthorizationToken`); a denied action is denied
/// even when it is allowed as well, as IAM does it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Principal {
    /// Who it is; every principal of a configuration has an ARN of its own.
    pub arn: PrincipalArn,
    /// The public half of its credentials.
    pub access_key_id: String,
    /// The key that it signs with.
    pub secret_access_key: Secret,
    /// What its requests must carry in `X-Amz-Security-Token`; absent for long-lived credentials.
    #[serde(default)]
    pub session_token: Option<Secret>,
    /// When its credentials end, and with them every token that they bought.
    #[serde(default)]
    pub expires: Option<Timestamp>,
    /// Patterns of the actions that it may do; everything by default.
    #[serde(default = "every_action")]
    pub allow: Vec<String>,
    /// Patterns of the actions that it may not do; none by default.
    #[serde(default)]
    pub deny: Vec<String>,
}

impl Principal {
    /// The access key id of AWS's documentation.
    pub const EXAMPLE_ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
    /// The secret access key of AWS's documentation.
    pub const EXAMPLE_SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    /// A principal with long-lived credentials that may do everything.
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
        }
    }

    /// The user `developer` of `account` with the keys of AWS's documentation: whom a configuration has that names nobody.
    pub fn example(account: AccountId, region: &Region) -> Self {
        Principal::new(
            PrincipalArn::user(account, region, "developer"),
            Self::EXAMPLE_ACCESS_KEY_ID,
            Self::EXAMPLE_SECRET_ACCESS_KEY,
        )
    }

    /// Makes the credentials temporary: requests must carry this session token.
    #[must_use]
    pub fn session_token(mut self, token: impl Into<Secret>) -> Self {
        self.session_token = Some(token.into());
        self
    }

    /// Lets the credentials end at `instant`.
    #[must_use]
    pub fn expires(mut self, instant: Timestamp) -> Self {
        self.expires = Some(instant);
        self
    }

    /// Allows only the actions that fit one of `patterns`.
    #[must_use]
    pub fn allow<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.allow = patterns.into_iter().map(Into::into).collect();
        self
    }

    /// Denies the actions that fit one of `patterns`.
    #[must_use]
    pub fn deny<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.deny = patterns.into_iter().map(Into::into).collect();
        self
    }

    /// Whether the credentials have ended by `now`.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|end| end <= now)
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

    /// Checks that requests can be signed with the keys.
    pub(crate) fn check_keys(&self) -> Result<(), InvalidKey> {
        if !is_access_key_id(&self.access_key_id) {
            return Err(InvalidKey {
                key: "access_key_id",
                found: self.access_key_id.chars().take(100).collect(),
                expected: "letters, digits and underscores, such as AKIAIOSFODNN7EXAMPLE",
            });
        }
        if self.secret_access_key.expose().is_empty() {
            return Err(InvalidKey {
                key: "secret_access_key",
                found: String::new(),
                expected: "a key to sign with, such as the 40 characters of AWS's",
            });
        }
        Ok(())
    }

    /// The root user of `account`, who needs no entry in a configuration and whose keys nobody has.
    pub(crate) fn root(account: AccountId, region: &Region) -> Self {
        Principal::new(PrincipalArn::root(account, region), account.as_str(), "")
    }
}

/// A key of a principal with which no request can be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {key} {found:?}: expected {expected}")]
pub(crate) struct InvalidKey {
    /// The name of the key.
    pub(crate) key: &'static str,
    /// The value, unless it is a secret.
    pub(crate) found: String,
    pub(crate) expected: &'static str,
}

/// Source: the pattern `[\w]+` of IAM's `accessKeyIdType`; anything else could not stand in a credential scope.
fn is_access_key_id(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !text.is_empty() && text.chars().all(is_word)
}

fn every_action() -> Vec<String> {
    vec!["*".to_owned()]
}

/// Why a policy refuses an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// Nothing allows it.
    Implicit,
    /// Something denies it.
    Explicit,
}

/// Someone who has proved who they are, by a signature or by a token, and the region that they called.
///
/// Only verifying a signature or a token makes one.
#[derive(Clone, Debug)]
pub struct Caller {
    principal: Arc<Principal>,
    region: Region,
}

impl Caller {
    pub(crate) fn new(principal: Arc<Principal>, region: Region) -> Self {
        Caller { principal, region }
    }

    /// Who it is.
    pub fn arn(&self) -> &PrincipalArn {
        &self.principal.arn
    }

    /// The account that it belongs to.
    pub fn account(&self) -> AccountId {
        self.principal.arn.account()
    }

    /// The region of its credential scope or token.
    pub fn region(&self) -> &Region {
        &self.region
    }

    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
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
}
