//! Changes the timestamps in a text to earlier times, so that a file appears to be older.

use std::ops::Range;
use std::time::Duration;

use mock_ecr::Timestamp;
use regex_lite::Regex;

/// A text in which the timestamps were changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Backdated {
    pub(super) text: String,
    pub(super) timestamps: usize,
}

/// Subtracts `by` from the timestamps in a text. These are timestamps in the format of RFC 3339, and numbers of seconds or milliseconds
/// since 1970 that are within 30 days of `now`.
pub(super) fn backdate(text: &str, by: Duration, now: Timestamp) -> Backdated {
    let pattern = Regex::new(TIMESTAMPS).expect("the regular expression is valid");
    let mut backdated = Backdated {
        text: String::with_capacity(text.len()),
        timestamps: 0,
    };
    let mut done = 0;
    for found in pattern.find_iter(text) {
        let earlier = earlier(found.as_str(), by, now);
        let Some(earlier) = earlier.filter(|_| stands_alone(text, found.range())) else {
            continue;
        };
        backdated.text += &text[done..found.start()];
        backdated.text += &earlier;
        backdated.timestamps += 1;
        done = found.end();
    }
    backdated.text += &text[done..];
    backdated
}

const TIMESTAMPS: &str =
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)|\d{13}|\d{10}(\.\d+)?";

fn earlier(found: &str, by: Duration, now: Timestamp) -> Option<String> {
    let by = i64::try_from(by.as_millis()).ok()?;
    if found.contains('T') {
        let timestamp: Timestamp = found.parse().ok()?;
        return Some(Timestamp::from_millis(timestamp.as_millis() - by).to_string());
    }
    let (whole, fraction) = found.split_once('.').unwrap_or((found, ""));
    let number: i64 = whole.parse().ok()?;
    let unit = if whole.len() == 13 { 1 } else { 1000 };
    let is_near = (number * unit - now.as_millis()).abs() < MAX_DISTANCE;
    let point = if fraction.is_empty() { "" } else { "." };
    is_near.then(|| format!("{}{point}{fraction}", number - by / unit))
}

/// Returns whether a number is not part of a word. Digits in tokens must not be changed.
fn stands_alone(text: &str, at: Range<usize>) -> bool {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || "+/=_-.".contains(c);
    !text[..at.start].ends_with(is_of_word) && !text[at.end..].starts_with(is_of_word)
}

/// 30 days, in milliseconds.
const MAX_DISTANCE: i64 = 30 * 24 * 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_backdated(text: &str, expected: &str) {
        let now = Timestamp::from_millis(1_448_832_653_241);
        let backdated = backdate(text, Duration::from_secs(3600), now);
        assert_eq!(backdated.text, expected);
        assert_eq!(backdated.timestamps, usize::from(text != expected));
    }

    #[test]
    fn a_timestamp_of_any_format_is_moved_into_the_past() {
        let earlier = r#"{"at":"2015-11-29T20:30:53.241Z"}"#;
        assert_backdated(r#"{"at":"2015-11-29T21:30:53.241Z"}"#, earlier);
        assert_backdated(r#"{"at":"2015-11-29T22:30:53.241000001+01:00"}"#, earlier);
        assert_backdated("[1448832653241]", "[1448829053241]");
        assert_backdated("[1448832653.5, 12]", "[1448829053.5, 12]");
        assert_backdated("{\"end\": 1448832653}", "{\"end\": 1448829053}");
    }

    #[test]
    fn other_numbers_are_unchanged() {
        for text in [
            "123456789012.dkr.ecr",
            "9999999999",
            "QVdTOm1448832653",
            "1448832653AAAA",
            "AB/1448832653241+",
        ] {
            assert_backdated(text, text);
        }
    }
}
