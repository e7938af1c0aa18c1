//! What a client hands out, whatever its class.

use std::fmt;
use std::time::Duration;

/// What a client answers to being asked for a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClientResult {
    /// A login, by the letter of the protocol.
    Login(Login),
    /// That there is none.
    Error(ClientError),
    /// Something that the protocol does not have.
    Malformed(String),
    /// That it cannot do this at all.
    Unsupported,
    /// Nothing, by its deadline.
    TimedOut,
}

/// A login that was handed out. What a class does not tell is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) username: Option<String>,
    pub(crate) secret: Option<String>,
    /// What it is for, in the words of the protocol.
    pub(crate) key: Option<String>,
    /// How long it may be kept, where the protocol says that.
    pub(crate) cache_for: Option<CacheFor>,
}

/// How long a login may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheFor {
    /// So long.
    Duration(Duration),
    /// Whatever its keeper thinks right.
    Unspecified,
}

impl fmt::Display for CacheFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CacheFor::Duration(length) => write!(f, "{length:?}"),
            CacheFor::Unspecified => f.write_str("nothing, which is as long as the kubelet likes"),
        }
    }
}

/// That there is no login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClientError {
    /// In the words by which a protocol says that there are no credentials, after which callers go on as nobody.
    NoCredentials,
    /// Otherwise.
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

/// The kind of answer alone: passwords do not belong in reports.
impl fmt::Display for ClientResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientResult::Login(_) => f.write_str("a login"),
            ClientResult::Error(ClientError::NoCredentials) => {
                f.write_str("that there are no credentials")
            }
            ClientResult::Error(ClientError::Other(text)) => {
                write!(f, "an error: {}", first_line(text))
            }
            ClientResult::Malformed(why) => write!(f, "what the protocol does not have: {why}"),
            ClientResult::Unsupported => f.write_str("that it cannot do this"),
            ClientResult::TimedOut => f.write_str("nothing by its deadline"),
        }
    }
}

fn first_line(text: &str) -> String {
    let line = text.trim().lines().next_back().unwrap_or("no text");
    line.chars().take(200).collect()
}
