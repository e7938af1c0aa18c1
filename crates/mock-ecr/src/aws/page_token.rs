//! Issues and verifies the `nextToken` of paginated operations.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// Seals and opens page tokens with a key that is derived from a seed.
///
/// A token contains the last name of its page and a MAC. It stays valid when names are added or removed.
#[derive(Clone)]
pub(crate) struct PageTokens(Hmac<Sha256>);

impl std::fmt::Debug for PageTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageTokens(…)")
    }
}

impl PageTokens {
    pub(crate) fn from_seed(seed: &str) -> Self {
        let key = format!("mock-ecr page token\n{seed}");
        PageTokens(Hmac::new_from_slice(key.as_bytes()).expect("HMAC accepts keys of any length"))
    }

    /// Returns a token for the page of the listing `scope` that starts after the name `last`.
    pub(crate) fn seal(&self, scope: &str, last: &str) -> String {
        let bytes = [&self.tag(scope, last)[..], last.as_bytes()].concat();
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Returns the name after which the page of a token starts, or `None` if the token was not issued for the listing `scope` by this
    /// mock.
    pub(crate) fn open(&self, scope: &str, token: &str) -> Option<String> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (tag, last) = bytes.split_first_chunk::<TAG_SIZE>()?;
        let last = str::from_utf8(last).ok()?;
        let is_valid: bool = self.tag(scope, last).ct_eq(tag).into();
        is_valid.then(|| last.to_owned())
    }

    fn tag(&self, scope: &str, last: &str) -> [u8; TAG_SIZE] {
        let mut mac = self.0.clone();
        mac.update(&(scope.len() as u64).to_be_bytes());
        mac.update(scope.as_bytes());
        mac.update(last.as_bytes());
        let mac = mac.finalize().into_bytes();
        *mac.first_chunk()
            .expect("a MAC of HMAC-SHA256 is longer than TAG_SIZE")
    }
}

const TAG_SIZE: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_token_is_valid_only_for_its_scope_and_seed(scope: String, last: String, other: String) {
            let tokens = PageTokens::from_seed("a");
            let token = tokens.seal(&scope, &last);
            prop_assert_eq!(tokens.open(&scope, &token), Some(last.clone()));
            prop_assert_eq!(PageTokens::from_seed("b").open(&scope, &token), None);
            prop_assume!(other != scope);
            prop_assert_eq!(tokens.open(&other, &token), None);
        }

        #[test]
        fn an_altered_token_is_rejected(last: String, index: prop::sample::Index, letter in "[A-Za-z0-9_-]") {
            let tokens = PageTokens::from_seed("a");
            let token = tokens.seal("scope", &last);
            let mut altered = token.clone();
            let at = index.index(token.len());
            altered.replace_range(at..=at, &letter);
            prop_assert_eq!(tokens.open("scope", &altered).is_some(), altered == token);
        }
    }
}
