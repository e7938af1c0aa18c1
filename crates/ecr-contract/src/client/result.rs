//! The result of a request to a client, for all client types.

use std::fmt;
use std::time::Duration;

/// The result of a request for a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClientResult {
    /// A login in the format that the protocol defines.
    Login(Login),
    /// An error that is reported as the protocol defines.
    Error(ClientError),
    /// A response that violates the protocol. The text describes the violation.
    Malformed(String),
    /// The client does not support the request.
    Unsupported,
    /// The client returned no result before the deadline.
    TimedOut,
}

/// A login. A field is `None` if clients of this type do not provide the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) username: Option<String>,
    pub(crate) secret: Option<String>,
    /// The registry of the login, in the client's format: a host, or a key of `auth` in the response to the kubelet.
    pub(crate) key: Option<String>,
    /// The duration for which the caller may cache the login. Only kubelet credential providers return this value.
    pub(crate) cache_for: Option<CacheFor>,
}

/// The duration for which a login may be cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheFor {
    /// This duration.
    Duration(Duration),
    /// The default duration of the kubelet.
    Unspecified,
}

impl fmt::Display for CacheFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CacheFor::Duration(length) => write!(f, "{length:?}"),
            CacheFor::Unspecified => f.write_str("unspecified (the kubelet uses its default)"),
        }
    }
}

/// An error that a client reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClientError {
    /// The message that the protocol defines for "no credentials". Callers then continue without a login.
    NoCredentials,
    /// Any other error, with its text.
    Other(String),
}

impl ClientResult {
    pub(crate) fn error(text: impl Into<String>) -> Self {
        ClientResult::Error(ClientError::Other(text.into()))
    }

    pub(crate) fn login(&self) -> Option<&Login> {
        match self {
            ClientResult::Login(login) => Some(login),
            _ => None,
        }
    }
}

/// Writes the result without the password. A report must not contain a password.
impl fmt::Display for ClientResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientResult::Login(_) => f.write_str("a login"),
            ClientResult::Error(ClientError::NoCredentials) => f.write_str("no credentials"),
            ClientResult::Error(ClientError::Other(text)) => {
                write!(f, "an error: {}", first_line(text))
            }
            ClientResult::Malformed(why) => write!(f, "a malformed response: {why}"),
            ClientResult::Unsupported => f.write_str("unsupported"),
            ClientResult::TimedOut => f.write_str("no result before the deadline"),
        }
    }
}

fn first_line(text: &str) -> String {
    let line = text.trim().lines().next_back().unwrap_or("no text");
    line.chars().take(200).collect()
}
