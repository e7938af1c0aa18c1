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

/// Subtracts `by` from the timestamps in a text. These are a date and a time in the format of RFC 3339, also with a space instead of `T` and
/// with another zone or none, and numbers of seconds or milliseconds since 1970 that are within 30 days of `now`, also in the format of ECR
/// (`1.448832653241E9`).
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
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?|\d\.\d+E9|\d{13}|\d{10}(\.\d+)?";

fn earlier(found: &str, by: Duration, now: Timestamp) -> Option<String> {
    let by = i64::try_from(by.as_millis()).ok()?;
    if found.contains(':') {
        return earlier_date(found, by);
    }
    if let Some(billions) = found.strip_suffix("E9") {
        let seconds = earlier(
            &without_point(billions),
            Duration::from_millis(by.unsigned_abs()),
            now,
        )?;
        return Some(format!(
            "{}.{}E9",
            &seconds[..1],
            seconds[1..].replace('.', "")
        ));
    }
    let (whole, fraction) = found.split_once('.').unwrap_or((found, ""));
    let number: i64 = whole.parse().ok()?;
    let unit = if whole.len() == 13 { 1 } else { 1000 };
    let is_near = (number * unit - now.as_millis()).abs() < MAX_DISTANCE;
    let point = if fraction.is_empty() { "" } else { "." };
    is_near.then(|| format!("{}{point}{fraction}", number - by / unit))
}

/// Changes a date and a time, and keeps the separator, the fraction and the zone.
fn earlier_date(found: &str, by: i64) -> Option<String> {
    let (date, rest) = (&found[..DATE], &found[DATE + 1..]);
    let (time, fraction_and_zone) = rest.split_at(TIME);
    let timestamp: Timestamp = format!("{date}T{time}Z").parse().ok()?;
    let earlier = Timestamp::from_millis(timestamp.as_millis() - by).to_string();
    let separator = &found[DATE..=DATE];
    let (date, time) = (&earlier[..DATE], &earlier[DATE + 1..][..TIME]);
    Some(format!("{date}{separator}{time}{fraction_and_zone}"))
}

/// The lengths of `2015-11-29` and `21:30:53`.
const DATE: usize = 10;
const TIME: usize = 8;

/// Returns the seconds of `1.448832653241`, a number of billions of seconds, as `1448832653.241`.
fn without_point(billions: &str) -> String {
    let digits = billions.replace('.', "");
    let digits = format!("{digits:0<10}");
    match digits.split_at(10) {
        (seconds, "") => seconds.to_owned(),
        (seconds, fraction) => format!("{seconds}.{fraction}"),
    }
}

/// Returns whether a number is not part of a word. Digits in tokens must not be changed.
fn stands_alone(text: &str, at: Range<usize>) -> bool {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || "+/_-.".contains(c);
    // In base64, `=` is only at the end. Before a number, it separates the number from a name.
    let is_after = |c: char| is_of_word(c) || c == '=';
    !text[..at.start].ends_with(is_of_word) && !text[at.end..].starts_with(is_after)
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
        let earlier = r#"{"at":"2015-11-29T23:30:53.241000001+01:00"}"#;
        assert_backdated(r#"{"at":"2015-11-30T00:30:53.241000001+01:00"}"#, earlier);
        assert_backdated("[1448832653241]", "[1448829053241]");
        assert_backdated("[1448832653.5, 12]", "[1448829053.5, 12]");
        assert_backdated("{\"end\": 1448832653}", "{\"end\": 1448829053}");
    }

    #[test]
    fn a_date_needs_neither_a_zone_nor_the_letter_t() {
        assert_backdated("'2015-11-29T21:30:53'", "'2015-11-29T20:30:53'");
        assert_backdated("2015-11-29 21:30:53 UTC", "2015-11-29 20:30:53 UTC");
        let go = "2015-11-29 21:30:53.241 +0000 UTC";
        assert_backdated(go, "2015-11-29 20:30:53.241 +0000 UTC");
    }

    #[test]
    fn the_format_of_ecr_and_names_with_an_equals_sign_are_known() {
        assert_backdated(
            "{\"expiresAt\":1.448832653241E9}",
            "{\"expiresAt\":1.448829053241E9}",
        );
        assert_backdated("[1.4488326E9]", "[1.448829000E9]");
        assert_backdated(
            "token=x\nexpires=1448832653\n",
            "token=x\nexpires=1448829053\n",
        );
    }

    #[test]
    fn other_numbers_are_unchanged() {
        for text in [
            "123456789012.dkr.ecr",
            "9999999999",
            "QVdTOm1448832653",
            "1448832653AAAA",
            "1448832653==",
            "1.5E9",
            "AB/1448832653241+",
        ] {
            assert_backdated(text, text);
        }
    }
}
