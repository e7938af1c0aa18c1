//! The ID of a token. It identifies a token in logs and revocations without revealing it.

use std::fmt;
use std::str::FromStr;

use crate::types::error_chain::debug_as_chain;

/// The ID of a token. Its text form is 16 hexadecimal digits. The token cannot be derived from its ID.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenId(u64);

impl TokenId {
    pub(super) fn of(tag: &[u8; 32]) -> Self {
        let first = tag.first_chunk().expect("a tag has 32 bytes");
        TokenId(u64::from_be_bytes(*first))
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TokenId {
    type Err = TokenIdError;

    fn from_str(text: &str) -> Result<Self, TokenIdError> {
        let is_hex = text.len() == 16 && text.bytes().all(|c| c.is_ascii_hexdigit());
        is_hex
            .then(|| u64::from_str_radix(text, 16).ok())
            .flatten()
            .map(TokenId)
            .ok_or_else(|| TokenIdError(text.to_owned()))
    }
}

/// The error returned when a string is not a valid token ID.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid token ID {0:?}: expected 16 hexadecimal digits, as in the request log")]
pub struct TokenIdError(String);

debug_as_chain!(TokenIdError);
