//! The actions that change the output of `GetAuthorizationToken`.

use serde::{Deserialize, Serialize};

use crate::types::AccountId;
use crate::types::duration::Shift;

/// A change of the list `authorizationData`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuthorizationData {
    /// `[]`
    Empty,
    /// `null`
    Null,
    /// The member `authorizationData` is removed.
    Missing,
    /// Each entry occurs twice.
    Doubled,
    /// `null` is inserted before each entry.
    WithNulls,
    /// The account in the `proxyEndpoint` of each entry is replaced by this account. The token is not changed.
    Account(AccountId),
    /// An additional first entry, with the registry of this account and a token of its root user, which the registry accepts if
    /// the account exists. ECR never sends it: it returns one entry for each requested ID, with a token of the caller.
    Before(AccountId),
    /// An additional last entry, with the registry of this account and a token of its root user, which the registry accepts if
    /// the account exists. ECR never sends it: it returns one entry for each requested ID, with a token of the caller.
    After(AccountId),
}

/// A change of `expiresAt`. The expiry of the token itself does not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExpiresAt {
    /// One hour before the current time of the mock's clock.
    Past,
    /// Ten seconds after the current time of the mock's clock.
    Near,
    /// About ten years (3,652 days) after the current time of the mock's clock.
    Far,
    /// A time relative to the current time of the mock's clock, such as `5m` or `-5m`.
    In(Shift),
    /// The member is removed.
    Missing,
    /// `null`
    Null,
    /// A number without a fractional part, in seconds since 1970.
    Integer,
    /// Milliseconds since 1970. A client that expects seconds reads a date in about the year 47,000.
    Milliseconds,
    /// A string such as `2015-11-30T09:30:53.241Z`.
    Iso8601,
}

/// A change of `authorizationToken`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenFault {
    /// Base64 of a string without a colon.
    NoColon,
    /// Base64 of a login whose password contains colons.
    Colons,
    /// Base64 of a login whose username is not `AWS`.
    OtherUser,
    /// Base64 of the given username and password.
    Login(Login),
    /// Base64 in the URL-safe alphabet, with `-` and `_`.
    UrlSafe,
    /// A string that is not base64.
    NotBase64,
    /// A token of about 16 KiB.
    Long,
    /// An empty string.
    Empty,
    /// `null`
    Null,
    /// A number.
    Number,
    /// The member is removed.
    Missing,
}

/// A username and a password. The registry rejects the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Login {
    /// The username, without a colon. The default is `AWS`.
    #[serde(default = "aws")]
    pub username: String,
    /// The password. It may contain colons.
    pub password: String,
}

impl Login {
    /// Creates a login. `username` must not contain a colon.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Login {
            username: username.into(),
            password: password.into(),
        }
    }
}

fn aws() -> String {
    "AWS".to_owned()
}

/// A change of `proxyEndpoint`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndpointFault {
    /// `https://registry.example.com`, which is not an ECR registry.
    Foreign,
    /// The given URL.
    Url(String),
    /// The endpoint without `https://`.
    NoScheme,
    /// The endpoint with a trailing slash.
    Slash,
    /// `null`
    Null,
    /// The member is removed.
    Missing,
}

pub(super) const TOKEN_CALL: &str = "GetAuthorizationToken";
