//! Finds known secrets in texts.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Range;

use crate::types::secret::Secret;

/// A set of secrets that can be searched for in a text. The time of a search does not depend on the number of secrets.
///
/// `+` and a space are equal: a form contains a space as `+`, so a client that does not escape the `+` of a secret sends another text.
#[derive(Default)]
pub(crate) struct SecretIndex {
    /// The secrets by their first bytes, with spaces in place of `+`, and how often each was inserted.
    by_start: HashMap<[u8; START_LENGTH], BTreeMap<Vec<u8>, usize>>,
    /// The possible first bytes of the secrets that are found as parts of a text, one bit each.
    first_bytes: [u64; 4],
}

impl SecretIndex {
    /// The minimum length of a secret that is found as a part of a text, in bytes.
    pub(crate) const MIN_LENGTH: usize = START_LENGTH;

    /// Adds a secret. An empty secret is ignored.
    pub(crate) fn insert(&mut self, secret: &Secret) {
        let secret = without_plus(secret.expose().as_bytes());
        let Some(first) = secret.first() else {
            return;
        };
        if secret.len() >= Self::MIN_LENGTH {
            self.first_bytes[usize::from(first >> 6)] |= 1 << (first & 63);
        }
        let secrets = self.by_start.entry(start(&secret)).or_default();
        *secrets.entry(secret.into_owned()).or_default() += 1;
    }

    /// Removes a secret, unless it was inserted more often than it was removed.
    pub(crate) fn remove(&mut self, secret: &Secret) {
        let secret = without_plus(secret.expose().as_bytes());
        let start = start(&secret);
        let Some(secrets) = self.by_start.get_mut(&start) else {
            return;
        };
        if let Some(count) = secrets.get_mut(&*secret) {
            *count -= 1;
        }
        secrets.retain(|_, count| *count > 0);
        if secrets.is_empty() {
            self.by_start.remove(&start);
        }
    }

    /// Returns whether a text is a secret, of any length.
    pub(crate) fn contains(&self, text: &[u8]) -> bool {
        let text = without_plus(text);
        let secrets = self.by_start.get(&start(&text));
        secrets.is_some_and(|secrets| secrets.contains_key(&*text))
    }

    /// Returns the positions of the secrets of at least 8 bytes in a text. Shorter secrets are often parts of other words.
    pub(crate) fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let text = without_plus(text);
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            match self.longest_at_start(&text[at..]) {
                Some(length) => {
                    found.push(at..at + length);
                    at += length;
                }
                None => at += 1,
            }
        }
        found
    }

    /// Returns the length of the longest secret that a text begins with.
    fn longest_at_start(&self, text: &[u8]) -> Option<usize> {
        let first = text[0];
        if self.first_bytes[usize::from(first >> 6)] & (1 << (first & 63)) == 0 {
            return None;
        }
        let secrets = self.by_start.get(text.first_chunk::<START_LENGTH>()?)?;
        let secrets = secrets.keys();
        let begun = secrets.filter(|secret| text.starts_with(secret));
        begun.map(Vec::len).max()
    }
}

/// Replaces each `+` by a space.
fn without_plus(text: &[u8]) -> Cow<'_, [u8]> {
    match memchr::memchr(b'+', text) {
        None => text.into(),
        Some(_) => {
            let bytes = text.iter().map(|byte| match byte {
                b'+' => b' ',
                byte => *byte,
            });
            Cow::Owned(bytes.collect())
        }
    }
}

/// Returns the first bytes of a text. A shorter text is padded with zeros.
fn start(text: &[u8]) -> [u8; START_LENGTH] {
    let mut start = [0; START_LENGTH];
    let length = text.len().min(START_LENGTH);
    start[..length].copy_from_slice(&text[..length]);
    start
}

/// The number of bytes by which secrets are looked up.
const START_LENGTH: usize = 8;

impl fmt::Debug for SecretIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretIndex(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(secrets: &[&str]) -> SecretIndex {
        let mut index = SecretIndex::default();
        let secrets = secrets.iter().map(|secret| Secret::from(*secret));
        secrets.for_each(|secret| index.insert(&secret));
        index
    }

    #[test]
    fn the_longest_secret_at_each_position_is_found() {
        let index = index(&["12345678", "12345678abc", "ünsecret", ""]);
        assert_eq!(index.find(b"12345678ab-12345678"), [0..8, 11..19]);
        assert_eq!(index.find(b"x12345678abcd 12345678"), [1..12, 14..22]);
        assert_eq!(index.find("-ünsecret-12345678".as_bytes()), [1..10, 11..19]);
        assert!(index.find(b"1234567").is_empty());
        assert!(index.find(b"").is_empty());
    }

    #[test]
    fn a_plus_and_a_space_are_equal() {
        let index = index(&["1+345+78+0", "a+b"]);
        for text in ["1+345+78+0", "1 345 78 0", "1 345+78 0"] {
            assert_eq!(
                index.find(format!("{text}-{text}").as_bytes()),
                [0..10, 11..21]
            );
        }
        assert!(index.contains(b"a b") && index.contains(b"a+b"));
        assert!(index.find(b"1-345+78+0").is_empty());
    }

    #[test]
    fn a_short_secret_is_found_as_a_whole_only() {
        let index = index(&["test", "12345678"]);
        assert!(index.find(b"test").is_empty());
        assert!(index.contains(b"test") && index.contains(b"12345678"));
        assert!(!index.contains(b"tests") && !index.contains(b""));
    }

    #[test]
    fn a_secret_is_found_until_it_was_removed_as_often_as_inserted() {
        let mut index = index(&["12345678", "12345678"]);
        let secret = Secret::from("12345678");
        index.remove(&secret);
        assert!(index.contains(b"12345678"));
        index.remove(&secret);
        index.remove(&secret);
        assert!(!index.contains(b"12345678") && index.by_start.is_empty());
    }
}
