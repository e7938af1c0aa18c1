//! Tests the redaction of secrets in the encodings that clients print.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use proptest::prelude::*;

use crate::report::{Format, Strictness, sample};
use crate::run::redaction::Secrets;
use crate::run::sequences::LENGTH;

/// How a character is written.
type Writer = fn(char) -> String;

/// The first column is the name.
const WRITERS: [(&str, Writer); 12] = [
    ("plain", |c| c.to_string()),
    ("URL, upper case", |c| numbered(c, |n| format!("%{n:02X}"))),
    ("URL, lower case", |c| numbered(c, |n| format!("%{n:02x}"))),
    ("JSON", |c| {
        let quoted = serde_json::to_string(&c).unwrap();
        let c = quoted.trim_start_matches('"');
        let c = c.strip_suffix('"').unwrap_or(c);
        if quoted == "\"\\\"\"" {
            "\\\"".to_owned()
        } else {
            c.replace('/', "\\/")
        }
    }),
    ("JSON, numbers", |c| numbered(c, |n| format!("\\u{n:04x}"))),
    ("JSON in JSON", |c| numbered(c, |n| format!("\\\\u{n:04X}"))),
    ("JavaScript, Python", |c| {
        numbered(c, |n| format!("\\x{n:02x}"))
    }),
    ("Go %q, Python repr", |c| match c {
        '"' | '\'' => format!("\\{c}"),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        c => c.to_string(),
    }),
    ("single quotes of a shell", |c| match c {
        '\'' => "'\\''".to_owned(),
        c => c.to_string(),
    }),
    ("backslashes of a shell", |c| match c {
        c if c.is_ascii_alphanumeric() || c.is_whitespace() => c.to_string(),
        c => format!("\\{c}"),
    }),
    ("XML", |c| numbered(c, |n| format!("&#{n};"))),
    ("HTML", |c| match c {
        '+' => "&plus;".to_owned(),
        '=' => "&equals;".to_owned(),
        '/' => "&sol;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&apos;".to_owned(),
        c => c.to_string(),
    }),
];

fn numbered(c: char, escape: impl Fn(u32) -> String) -> String {
    match c.is_ascii_alphanumeric() {
        true => c.to_string(),
        false => escape(u32::from(c)),
    }
}

/// Returns the encodings of a secret. `prefix` determines the alignment of the secret in base64.
fn encodings(prefix: &str, secret: &str) -> Vec<String> {
    let after = format!("{prefix}{secret}");
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    vec![
        secret.to_owned(),
        BASE64_STANDARD.encode(&after),
        BASE64_URL_SAFE_NO_PAD.encode(&after),
        hex.to_uppercase(),
        hex,
    ]
}

fn folded(text: &str, width: usize, end: &str) -> String {
    let lines = text.as_bytes().chunks(width);
    let lines: Vec<&str> = lines
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    lines.join(end)
}

fn without_whitespace(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Asserts that a text does not contain as many consecutive characters of an encoded secret as a redacted text must not contain.
#[track_caller]
fn assert_redacted(text: &str, encoded: &str, write: Writer, name: &str) {
    let text = without_whitespace(text);
    let chars: Vec<char> = encoded.chars().collect();
    for part in chars.windows(LENGTH) {
        let part: String = part.iter().copied().map(write).collect();
        assert!(!text.contains(&part), "{name}: {part} is in {text}");
    }
}

#[track_caller]
fn assert_each_encoding(secret: &str, prefix: &str, before: &str, after: &str) {
    for encoded in encodings(prefix, secret) {
        for (width, end) in [(usize::MAX, ""), (64, "\r\n"), (76, "\n"), (76, "\r\n")] {
            for (name, write) in WRITERS {
                let folded = folded(&encoded, width, end);
                let shown: String = folded.chars().map(write).collect();
                let redacted = redact(secret, &format!("{before}{shown}{after}"));
                assert_redacted(&redacted, &encoded, write, name);
            }
        }
    }
}

fn redact(secret: &str, text: &str) -> String {
    let secrets = Secrets(vec![secret.to_owned()]);
    secrets.redactor([text].into_iter()).redact(text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The secrets of AWS contain no `%`, `&` or backslash. A text with these characters can be read in several ways.
    #[test]
    fn a_secret_is_redacted_in_every_encoding(
        secret in r"[!-$'-\[\]-~]{16,100}",
        prefix in "AWS:|x|yz|[a-z]{0,5}",
        before in "[ -~]{0,20} ",
        after in "( [ -~]{0,20})?",
    ) {
        assert_each_encoding(&secret, &prefix, &before, &after);
    }

    #[test]
    fn no_report_contains_a_secret(secret in "[A-Za-z0-9+/=]{16,100}", prefix in "AWS:|x|yz") {
        let mut report = sample::report();
        let case = &mut report.scenarios[1].cases[0];
        for encoded in encodings(&prefix, &secret) {
            for (_, write) in WRITERS {
                let shown: String = encoded.chars().map(write).collect();
                let redacted = redact(&secret, &shown);
                case.findings[1].observed.clone_from(&redacted);
                case.timeline[1].text.clone_from(&redacted);
                let explanation = case.timeline[4].explanation.as_mut().unwrap();
                explanation.text.clone_from(&redacted);
                case.runs[0].stdout += &format!("{redacted}\n");
            }
        }
        case.runs[0].stderr = case.runs[0].stdout.clone();
        for format in Format::ALL {
            let text = format.text(&report, Strictness::Must);
            for encoded in encodings(&prefix, &secret) {
                assert_redacted(&text, &encoded, WRITERS[0].1, format.name());
            }
        }
    }
}

/// The base64 of these secrets, or the secrets, consist mostly of characters that need an escape.
#[test]
fn a_secret_of_special_characters_is_redacted_in_every_encoding() {
    for secret in [
        ">>>???~~~>>>???~~~>>>???~~~",
        "+/=+/=+/=+/=+/=+/=+/=",
        "'\"'\"'<>'\"'<>'\"'<a>'\"'b'\"c",
    ] {
        for prefix in ["", "AWS:", "x", "yz"] {
            assert_each_encoding(secret, prefix, "a ", " b");
        }
    }
}

#[test]
fn a_short_secret_is_redacted_in_hexadecimal_and_base64() {
    let secret = "of-hour-1";
    for (_, write) in WRITERS {
        let shown = |text: &str| -> String { text.chars().map(write).collect() };
        assert_eq!(redact(secret, &shown(secret)), "[redacted]");
        assert_eq!(
            redact(secret, &shown(&BASE64_STANDARD.encode(secret))),
            "[redacted]"
        );
        assert_eq!(redact(secret, "6f 66 2d 68 6F"), "6f 66 2d 68 6F");
        assert_eq!(redact(secret, &shown("6f662d686f75722d31")), "[redacted]");
    }
}

/// Text is not redacted only because it has the same characters in another alphabet or with escapes.
#[test]
fn other_text_is_not_redacted() {
    let text = "a \\n b % c &amp; d \\u12 'e' \"f\" -----BEGIN-----";
    assert_eq!(redact("Qm5kKzJ0bVhYzF0YUxvbmdTZWNyZXQv", text), text);
}
