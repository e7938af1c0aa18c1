//! Secrets, found and blotted out.

use crate::testbed::Testbed;

/// The secrets of a run: what nobody but the client and ECR should see.
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
        // Whole tokens before the passwords in them.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Redactor(secrets)
    }

    /// A text without them, and no longer than anybody reads.
    pub(crate) fn redact(&self, text: &str) -> String {
        let redacted = self.0.iter().fold(text.to_owned(), |text, secret| {
            text.replace(&**secret, "[secret]")
        });
        let redacted = self.redact_truncated(redacted);
        match redacted.len() > MAX_LENGTH {
            true => format!("{}…", &redacted[..redacted.floor_char_boundary(MAX_LENGTH)]),
            false => redacted,
        }
    }

    /// Whether one of them stands in a text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(&**secret))
    }

    /// What is left of secrets that were cut off.
    fn redact_truncated(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| {
            let Some(start) = secret.get(..SHORTEST_PREFIX) else {
                return text;
            };
            let mut text = text;
            while let Some(at) = text.find(start) {
                let same = text[at..].bytes().zip(secret.bytes());
                let length = same.take_while(|(one, other)| one == other).count();
                // Texts that part within a character have not the whole of it in common.
                let end = text.floor_char_boundary(at + length);
                text.replace_range(at..end, "[part of a secret]");
            }
            text
        })
    }
}

/// So many characters of a password are told from others.
const SHORTEST_PREFIX: usize = 40;
const MAX_LENGTH: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blotted_out_whole_or_cut_off() {
        let secret = format!("{}äz", "0123456789".repeat(5));
        let redactor = Redactor(vec![secret.clone()]);
        assert_eq!(redactor.redact(&format!("a {secret} b")), "a [secret] b");
        assert_eq!(
            redactor.redact(&format!("a {}", &secret[..45])),
            "a [part of a secret]"
        );
        // The first byte of ä is that of ö as well.
        let other = secret.replace('ä', "ö");
        assert_eq!(redactor.redact(&other), "[part of a secret]öz");
        assert_eq!(redactor.redact("0123456789"), "0123456789");
    }
}
