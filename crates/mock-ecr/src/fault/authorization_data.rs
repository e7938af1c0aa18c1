//! Faults in the output of `GetAuthorizationToken`, as data.

use serde::{Deserialize, Serialize};

use crate::types::AccountId;
use crate::types::duration::Shift;

/// Another list of `authorizationData`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuthorizationData {
    /// `[]`
    Empty,
    /// `null`
    Null,
    /// No list at all.
    Missing,
    /// Each entry twice.
    Doubled,
    /// A list with `null` before each entry.
    WithNulls,
    /// The entries of another account.
    Account(AccountId),
    /// The entry of another account before all others, with a token of its root user.
    Before(AccountId),
    /// The entry of another account behind all others, with a token of its root user.
    After(AccountId),
}

/// Another `expiresAt`; the token itself ends when it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExpiresAt {
    /// An hour ago.
    Past,
    /// In ten seconds.
    Near,
    /// In ten years.
    Far,
    /// So much from now, or so much ago.
    In(Shift),
    /// Not there.
    Missing,
    /// `null`
    Null,
    /// Whole seconds.
    Integer,
    /// Milliseconds since 1970, which is the year 47,000 or so to whoever expects seconds.
    Milliseconds,
    /// A text such as `2015-11-30T09:30:53.241Z`.
    Iso8601,
}

/// Another `authorizationToken`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenFault {
    /// Base64 of a text without a colon.
    NoColon,
    /// With colons in its password.
    Colons,
    /// For another user than `AWS`.
    OtherUser,
    /// Base64 of any login.
    Login(Login),
    /// In the alphabet of URLs, with `-` and `_`.
    UrlSafe,
    /// Not base64.
    NotBase64,
    /// 16 KiB long.
    Long,
    /// An empty text.
    Empty,
    /// `null`
    Null,
    /// A number.
    Number,
    /// Not there.
    Missing,
}

/// A user and a password, of which the registry knows nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Login {
    /// The user, without a colon, with which the password begins.
    #[serde(default = "aws")]
    pub username: String,
    /// The password, in which colons may stand.
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

/// Another `proxyEndpoint`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndpointFault {
    /// Of a registry that is not ECR's.
    Foreign,
    /// A URL.
    Url(String),
    /// Without `https://`.
    NoScheme,
    /// With a slash at its end.
    Slash,
    /// `null`
    Null,
    /// Not there.
    Missing,
}

pub(super) const TOKEN_CALL: &str = "GetAuthorizationToken";
