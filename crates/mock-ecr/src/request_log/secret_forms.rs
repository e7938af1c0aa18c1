//! Recognizes texts that look like a secret.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Returns the positions of authorization tokens and of their passwords, also if only their beginning is there.
pub(super) fn tokens_of_ecr(text: &[u8]) -> Vec<Range<usize>> {
    let starts = TOKEN_STARTS.iter().flat_map(|start| start.find_iter(text));
    starts
        .map(|at| at..at + token_length(&text[at..]))
        .collect()
}

/// Returns the positions of base64 texts that are as long as a session token. Digests contain no upper-case letters, and tags are shorter.
pub(super) fn long_tokens(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + LONG_TOKEN <= text.len() {
        let length = token_length(&text[at..]);
        let token = &text[at..at + length];
        let is_mixed = token.iter().any(u8::is_ascii_uppercase)
            && token.iter().any(u8::is_ascii_lowercase)
            && token.iter().any(u8::is_ascii_digit);
        if length >= LONG_TOKEN && is_mixed {
            found.push(at..at + length);
        }
        at += length.max(1);
    }
    found
}

/// Returns the length of the base64 text, in one of its two alphabets, that a text begins with.
fn token_length(text: &[u8]) -> usize {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    let end = text.iter().position(|byte| !is_base64(byte));
    end.unwrap_or(text.len())
}

/// Returns whether a text has the form of a secret access key of AWS: 40 characters, with letters of both cases. Access key IDs of AWS have
/// upper-case letters only.
pub(super) fn looks_like_secret_key(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.len() == 40
        && bytes.iter().any(u8::is_ascii_uppercase)
        && bytes.iter().any(u8::is_ascii_lowercase)
}

/// The beginning of a password of ECR, base64 of `{"payload`, and of a token, base64 of `AWS:` and the password.
static TOKEN_STARTS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| ["eyJwYXlsb2Fk", "QVdTOmV5SndZWGxzYjJG"].map(Finder::new));

/// The minimum length of a base64 text that is redacted. Session tokens of AWS have several hundred characters.
const LONG_TOKEN: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_token_is_found_with_the_rest_of_the_text() {
        let text = b"a eyJwYXlsb2FkIjoiAQ==;QVdTOmV5SndZWGxzYjJG/-_+x b eyJwYXlsb2F";
        assert_eq!(tokens_of_ecr(text), [2..22, 23..48]);
        let text = b"QVdTOmV5SndZWGxzYjJG eyJwYXlsb2Fk";
        assert_eq!(tokens_of_ecr(text), [21..33, 0..20]);
    }

    #[test]
    fn a_long_text_is_a_token_if_it_contains_letters_of_both_cases_and_digits() {
        let token = "aB1/".repeat(64);
        assert_eq!(
            long_tokens(format!("{token} {token}").as_bytes()),
            [0..256, 257..513]
        );
        assert!(long_tokens(&token.as_bytes()[1..]).is_empty());
        for text in ["ab1/", "aBc/", "AB1/"] {
            assert!(long_tokens(text.repeat(64).as_bytes()).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_secret_access_key_has_40_characters_of_both_cases() {
        assert!(looks_like_secret_key(
            "ab1CD2ef3GH4ij5KL6mn7OP8qr9ST0uv1WX2yz3A"
        ));
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            &"a".repeat(40),
            &"A".repeat(40),
            "aB",
        ] {
            assert!(!looks_like_secret_key(text), "{text}");
        }
    }
}
