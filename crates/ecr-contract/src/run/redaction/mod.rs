//! Finds secrets in texts and redacts them.

#[cfg(test)]
mod encodings;

use std::ops::Range;

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, Engine as _};

use crate::run::condensed::condensed;
use crate::run::escapes::Backslashes;
use crate::run::reading::Reading;
use crate::run::sequences::{LENGTH, Sequences};
use crate::testbed::Testbed;

/// The secrets of a run: tokens, passwords, secret keys and session tokens.
#[derive(Debug)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn of(testbed: &Testbed) -> Self {
        let mut secrets: Vec<String> = testbed
            .passwords()
            .into_iter()
            .flat_map(|password| [token(&password), password])
            .collect();
        for principal in testbed.ecr.config().principals() {
            secrets.push(principal.secret_access_key.expose().to_owned());
            secrets.extend(
                principal
                    .session_token
                    .map(|token| token.expose().to_owned()),
            );
        }
        Secrets(secrets)
    }

    /// Returns whether a text contains a whole secret. The secret can be wrapped or have percent escapes.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        if self.0.iter().any(|secret| text.contains(&**secret)) {
            return true;
        }
        let condensed = condensed(text);
        let condensed = String::from_utf8_lossy(&condensed);
        let mut long = self.0.iter().filter(|secret| secret.len() >= LENGTH);
        long.any(|secret| condensed.contains(&**secret))
    }

    /// Returns the redactor for these texts.
    ///
    /// A client that repeats its call without a pause receives thousands of tokens. Therefore, the sequences of the texts are collected and
    /// compared with the secrets, and not the other way round.
    pub(crate) fn redactor<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Redactor {
        let mut candidates = Sequences::default();
        for text in texts {
            let readings = readings(text);
            readings
                .iter()
                .for_each(|one| candidates.insert(one.bytes()));
        }
        let mut redactor = Redactor::default();
        for secret in &self.0 {
            redactor.add(secret, &candidates);
        }
        let longest_first = |secret: &Vec<u8>| std::cmp::Reverse(secret.len());
        redactor.short.sort_by_key(longest_first);
        redactor
    }
}

/// Replaces the secrets in texts, and their parts.
#[derive(Debug, Default)]
pub(crate) struct Redactor {
    /// The sequences of bytes that occur both in a text and in a secret, its reverse, or one of its encodings.
    sequences: Sequences,
    /// The secrets that are shorter, and their encodings, longest first.
    short: Vec<Vec<u8>>,
}

impl Redactor {
    fn add(&mut self, secret: &str, candidates: &Sequences) {
        let bytes = secret.as_bytes();
        let mut forms = vec![secret.to_owned()];
        match secret.len() {
            // The encoding of a shorter text occurs in other texts too.
            0..4 => {}
            // Without padding: some encoders omit it.
            4..LENGTH => forms.push(BASE64_STANDARD_NO_PAD.encode(bytes)),
            _ => forms.extend((0..3).map(|offset| base64_at(offset, bytes))),
        }
        if secret.len() >= 4 {
            forms.extend(hex(bytes));
        }
        for form in forms {
            let form = Reading::literal(&form).bytes().to_vec();
            match form.len() {
                0 => {}
                length if length < LENGTH => self.short.push(form),
                _ => self.sequences.insert_common(&form, candidates),
            }
        }
    }

    /// Replaces the secrets and the parts of secrets in a text, and truncates the text to 4 KiB.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        for range in self.found(text) {
            let range = inside(text, &range);
            redacted += &text[end..range.start];
            redacted += "[redacted]";
            end = range.end;
        }
        redacted += &text[end..];
        match redacted.len() > MAX_LENGTH {
            true => format!("{}…", &redacted[..redacted.floor_char_boundary(MAX_LENGTH)]),
            false => redacted,
        }
    }

    /// Returns the positions of the parts in a text, in any reading of the text.
    fn found(&self, text: &str) -> Vec<Range<usize>> {
        let readings = readings(text);
        let found = readings.iter().flat_map(|reading| {
            let found = self.find(reading.bytes()).into_iter();
            found.map(|range| reading.original(&range))
        });
        let mut found: Vec<Range<usize>> = found.collect();
        found.sort_by_key(|range| range.start);
        joined(found)
    }

    /// Returns the positions of the parts in a reading of a text. Ranges that overlap or touch are joined.
    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let starts = 0..text.len();
        joined(starts.filter_map(|at| Some(at..at + self.length_at_start(&text[at..])?)))
    }

    fn length_at_start(&self, text: &[u8]) -> Option<usize> {
        if self.sequences.contains_start(text) {
            return Some(LENGTH);
        }
        let mut short = self.short.iter();
        short.find(|secret| text.starts_with(secret)).map(Vec::len)
    }
}

/// Returns the text as it is, with decoded escapes, and with decoded arrays of bytes. Which of them a program wrote is unknown.
fn readings(text: &str) -> [Reading; 4] {
    [
        Reading::literal(text),
        Reading::of_arrays(text),
        Reading::decoded(text, Backslashes::Pairs),
        Reading::decoded(text, Backslashes::Several),
    ]
}

/// Joins ranges that overlap or touch. The ranges must be sorted by their starts.
fn joined(ranges: impl IntoIterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Returns the digits of a text in hexadecimal, in lower case and in upper case.
fn hex(text: &[u8]) -> [String; 2] {
    let digits: String = text.iter().map(|byte| format!("{byte:02x}")).collect();
    let upper = digits.to_uppercase();
    [digits, upper]
}

/// Returns the base64 encoding of a text that follows `offset` other bytes, without the characters that also depend on these bytes or on
/// the bytes after the text.
fn base64_at(offset: usize, text: &[u8]) -> String {
    let start = (3 - offset) % 3;
    let whole = &text[start..];
    let whole = &whole[..whole.len() / 3 * 3];
    BASE64_STANDARD.encode(whole)
}

/// Returns the token of a password.
fn token(password: &str) -> String {
    BASE64_STANDARD.encode(format!("AWS:{password}"))
}

/// Moves the ends of a range to the boundaries of characters inside it. A part can begin or end in the middle of a character.
fn inside(text: &str, range: &Range<usize>) -> Range<usize> {
    let start = text.ceil_char_boundary(range.start);
    start..text.floor_char_boundary(range.end).max(start)
}

const MAX_LENGTH: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "Qm5kKzJ0bVhYzF0YUxvbmdTZWNyZXQvV2l0aCtTbGFzaGVzIQ==";

    fn redact(text: &str) -> String {
        redact_secrets(&[SECRET, "short"], text)
    }

    fn redact_secrets(secrets: &[&str], text: &str) -> String {
        let secrets = Secrets(secrets.iter().map(ToString::to_string).collect());
        secrets.redactor([text].into_iter()).redact(text)
    }

    #[test]
    fn a_secret_and_its_parts_are_redacted() {
        for part in [SECRET, &SECRET[..20], &SECRET[17..40], &SECRET[30..]] {
            assert_eq!(redact(&format!("a {part} b")), "a [redacted] b");
        }
        assert_eq!(redact("a short b"), "a [redacted] b");
        assert_eq!(redact(&SECRET[..15]), SECRET[..15]);
    }

    #[test]
    fn a_wrapped_secret_is_redacted() {
        for separator in ["\n", "\r\n    ", " ", "\\n"] {
            let lines: Vec<&str> = [(0, 17), (17, 34), (34, SECRET.len())]
                .map(|(start, end)| &SECRET[start..end])
                .to_vec();
            let text = format!("a: {}. b", lines.join(separator));
            assert_eq!(redact(&text), "a: [redacted]. b", "{separator:?}");
        }
        let quoted = format!("> {}\n> {}", &SECRET[..26], &SECRET[26..]);
        assert_eq!(redact(&quoted), "> [redacted]\n> [redacted]");
    }

    #[test]
    fn an_encoded_or_reversed_secret_is_redacted() {
        let percent = SECRET.replace('=', "%3D").replace('/', "%2f");
        let reversed: String = SECRET.chars().rev().collect();
        for text in [percent, reversed] {
            assert_eq!(redact(&format!("a {text} b")), "a [redacted] b");
        }
        for prefix in ["", "1", "22", "AWS:"] {
            let text = BASE64_STANDARD.encode(format!("{prefix}{SECRET}"));
            let redacted = redact(&text);
            // The first and the last characters also encode other bytes.
            assert!(redacted.contains("[redacted]"), "{redacted}");
            assert!(redacted.len() < 24, "{redacted}");
        }
    }

    #[test]
    fn an_array_of_the_bytes_of_a_secret_is_redacted() {
        let array = |separator: &str, write: fn(&u8) -> String| {
            let elements: Vec<String> = SECRET.as_bytes().iter().map(write).collect();
            elements.join(separator)
        };
        for text in [
            array(", ", u8::to_string),
            array(",", u8::to_string),
            array(" ", u8::to_string),
            array(",\n    ", u8::to_string),
            array(", ", |byte| format!("0x{byte:02x}")),
            array(" ", |byte| format!("{byte:02x}")),
        ] {
            assert_eq!(
                redact(&format!("a: [{text}].")),
                "a: [[redacted]].",
                "{text}"
            );
        }
    }

    #[test]
    fn a_part_can_end_in_the_middle_of_a_character() {
        let secret = format!("{}ä", "0123456789".repeat(5));
        // The UTF-8 encodings of ä and ö have the same first byte.
        let other = secret.replace('ä', "ö");
        assert_eq!(redact_secrets(&[&secret], &other), "[redacted]ö");
        let middle = format!("{0}ä{0}", "0123456789".repeat(2));
        assert_eq!(redact_secrets(&[&middle], &middle[10..]), "[redacted]");
    }

    #[test]
    fn a_wrapped_secret_is_found() {
        let secrets = Secrets(vec![SECRET.to_owned(), "short".to_owned()]);
        let wrapped = format!("{}\n{}", &SECRET[..26], &SECRET[26..]);
        assert!(secrets.is_in(&wrapped) && secrets.is_in("a short b"));
        assert!(!secrets.is_in(&SECRET[..40]) && !secrets.is_in("sh ort"));
    }

    #[test]
    fn a_long_text_is_truncated_after_it_is_redacted() {
        let text = format!("{}{SECRET}{}", "x".repeat(MAX_LENGTH - 20), "y".repeat(100));
        let redacted = redact(&text);
        assert!(redacted.ends_with("x[redacted]yyyyyyyyyy…"), "{redacted}");
    }
}
