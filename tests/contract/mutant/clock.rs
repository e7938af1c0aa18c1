//! Times in seconds since 1970, and their formats.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

pub(crate) fn now() -> f64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "a client uses the system's clock"
    )]
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH)
        .map_or(0.0, |passed| passed.as_secs_f64())
}

pub(crate) async fn wait(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds.max(0.0))).await;
}

/// `20151129T213053Z`
pub(crate) fn stamp(at: f64) -> String {
    let text = iso(at.floor());
    text.chars().filter(|c| !"-:".contains(*c)).collect()
}

/// `2015-11-29T21:30:53Z`
pub(crate) fn iso(at: f64) -> String {
    timestamp(at).to_string()
}

pub(crate) fn of_iso(text: &str) -> Option<f64> {
    text.parse().ok().map(seconds)
}

/// Parses the value of a header such as `Date`.
pub(crate) fn of_header(text: &str) -> Option<f64> {
    let parsed = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(seconds(parsed))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to the range of the calendar"
)]
fn timestamp(at: f64) -> Timestamp {
    let milliseconds = (at * 1000.0).clamp(0.0, LAST) as i64;
    Timestamp::from_millisecond(milliseconds).expect("the time is in the range of the calendar")
}

fn seconds(at: Timestamp) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the calendar is shorter than that"
    )]
    let milliseconds = at.as_millisecond() as f64;
    milliseconds / 1000.0
}

/// The end of the year 9998, in milliseconds.
const LAST: f64 = 253_370_764_799_000.0;
