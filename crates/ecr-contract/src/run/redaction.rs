//! Finds secrets in texts and redacts them.

use crate::testbed::Testbed;

/// The secrets of a run: tokens, passwords, secret keys and session tokens.
#[derive(Debug)]
pub(crate) struct Redactor(Vec<String>);

impl Redactor {
    pub(crate) fn of(testbed: &Testbed) -> Self {
        let issued = testbed.issued().into_iter();
        let mut secrets: Vec<String> = issued
            .flat_map(|issued| [issued.password, issued.token])
            .collect();
        for principal in testbed.ecr.config().principals() {
            secrets.push(principal.secret_access_key.expose().to_owned());
            secrets.extend(
                principal
                    .session_token
                    .map(|token| token.expose().to_owned()),
            );
        }
        // Long secrets are replaced first, since a token contains its password.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Redactor(secrets)
    }

    /// Replaces the secrets in a text, and truncates the text to 4 KiB.
    pub(crate) fn redact(&self, text: &str) -> String {
        let redacted = self.0.iter().fold(text.to_owned(), |text, secret| {
            text.replace(&**secret, "[redacted]")
        });
        let redacted = self.redact_truncated(redacted);
        match redacted.len() > MAX_LENGTH {
            true => format!("{}…", &redacted[..redacted.floor_char_boundary(MAX_LENGTH)]),
            false => redacted,
        }
    }

    /// Returns whether a text contains a secret.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(&**secret))
    }

    /// Replaces secrets of which a text contains only the first part.
    fn redact_truncated(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| {
            let Some(start) = secret.get(..SHORTEST_PREFIX) else {
                return text;
            };
            let mut text = text;
            while let Some(at) = text.find(start) {
                let same = text[at..].bytes().zip(secret.bytes());
                let length = same.take_while(|(one, other)| one == other).count();
                // The last equal byte may be in the middle of a character.
                let end = text.floor_char_boundary(at + length);
                text.replace_range(at..end, "[truncated secret]");
            }
            text
        })
    }
}

/// The minimum length of the first part of a secret that is replaced.
const SHORTEST_PREFIX: usize = 40;
const MAX_LENGTH: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_or_truncated_secret_is_redacted() {
        let secret = format!("{}äz", "0123456789".repeat(5));
        let redactor = Redactor(vec![secret.clone()]);
        assert_eq!(redactor.redact(&format!("a {secret} b")), "a [redacted] b");
        assert_eq!(
            redactor.redact(&format!("a {}", &secret[..45])),
            "a [truncated secret]"
        );
        // The UTF-8 encodings of ä and ö have the same first byte.
        let other = secret.replace('ä', "ö");
        assert_eq!(redactor.redact(&other), "[truncated secret]öz");
        assert_eq!(redactor.redact("0123456789"), "0123456789");
    }
}
