//! Where a listing goes on, as a text that nobody can make but us.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// Makes and opens the tokens of a seed.
///
/// A token holds the last name that was shown, so that it stays good whatever is added or removed meanwhile.
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
        PageTokens(Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length"))
    }

    /// A token for the listing `scope` that goes on after `last`.
    pub(crate) fn seal(&self, scope: &str, last: &str) -> String {
        let bytes = [&self.tag(scope, last)[..], last.as_bytes()].concat();
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token of the listing goes on after; nothing if it was made for another, or by someone else.
    pub(crate) fn open(&self, scope: &str, token: &str) -> Option<String> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (tag, last) = bytes.split_first_chunk::<TAG_SIZE>()?;
        let last = str::from_utf8(last).ok()?;
        let is_ours: bool = self.tag(scope, last).ct_eq(tag).into();
        is_ours.then(|| last.to_owned())
    }

    fn tag(&self, scope: &str, last: &str) -> [u8; TAG_SIZE] {
        let mut mac = self.0.clone();
        mac.update(&(scope.len() as u64).to_be_bytes());
        mac.update(scope.as_bytes());
        mac.update(last.as_bytes());
        let whole = mac.finalize().into_bytes();
        *whole
            .first_chunk()
            .expect("a SHA-256 is longer than its tag")
    }
}

const TAG_SIZE: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_token_opens_where_it_was_made_and_nowhere_else(scope: String, last: String, other: String) {
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
