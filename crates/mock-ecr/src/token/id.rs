//! What a token is called where it must not be shown.

use std::fmt;
use std::str::FromStr;

/// The public name of a token: 16 hexadecimal digits that tell nothing of the token.
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
            .ok_or_else(|| TokenIdError(text.chars().take(100).collect()))
    }
}

/// A text that names no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a token id; expected 16 hexadecimal digits, as the request log shows them")]
pub struct TokenIdError(String);
