//! The one place that reads time.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use serde::Deserialize;

use crate::timestamp::{InstantText, Timestamp};

/// The clock of a mock: the system's time, or an instant at which it stands still, plus what a test has moved it by.
///
/// Token life, `Date` headers, credential expiry and the journal all follow it. Clones share one time, so that a test,
/// the mock and an SDK client can live by the same clock.
///
/// ```
/// # use std::time::Duration;
/// # use mock_ecr::Clock;
/// let clock = Clock::frozen();
/// clock.advance(Duration::from_secs(12 * 3600));
/// assert_eq!(clock.now().to_string(), "2015-11-30T09:30:53.241Z");
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Arc<State>);

#[derive(Debug)]
struct State {
    start: ClockStart,
    offset_millis: AtomicI64,
}

impl Clock {
    /// A clock that starts as told and has not been moved.
    pub fn new(start: ClockStart) -> Self {
        Clock(Arc::new(State {
            start,
            offset_millis: AtomicI64::new(0),
        }))
    }

    /// A clock that stands still at [`ClockStart::FROZEN`].
    pub fn frozen() -> Self {
        Clock::new(ClockStart::FROZEN)
    }

    /// What this clock shows.
    pub fn now(&self) -> Timestamp {
        let offset = self.0.offset_millis.load(Ordering::SeqCst);
        Timestamp::from_millis(self.base().as_millis().saturating_add(offset))
    }

    /// Moves the clock on by `duration`, to the millisecond.
    pub fn advance(&self, duration: Duration) {
        self.show(|now| now + duration);
    }

    /// Moves the clock back by `duration`, to the millisecond.
    pub fn rewind(&self, duration: Duration) {
        self.show(|now| now - duration);
    }

    /// Makes the clock show `instant`; it stands still or runs on from there, as it did before.
    pub fn set(&self, instant: Timestamp) {
        self.show(|_| instant);
    }

    /// Whoever moves the clock at the same moment moves it too: no move is lost.
    fn show(&self, moved: impl Fn(Timestamp) -> Timestamp) {
        let base = self.base().as_millis();
        let target = |offset| moved(Timestamp::from_millis(base.saturating_add(offset)));
        let offset = &self.0.offset_millis;
        offset
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |offset| {
                Some(target(offset).as_millis() - base)
            })
            .expect("the update always gives an offset");
    }

    /// Whether the clock stands still between moves.
    pub fn is_frozen(&self) -> bool {
        matches!(self.0.start, ClockStart::Frozen(_))
    }

    /// The system's time while this clock shows another, for clients that live in real time.
    pub(crate) fn system_if_moved(&self) -> Option<Timestamp> {
        let moved = self.is_frozen() || self.0.offset_millis.load(Ordering::SeqCst) != 0;
        moved.then(system)
    }

    fn base(&self) -> Timestamp {
        match self.0.start {
            ClockStart::System => system(),
            ClockStart::Frozen(instant) => instant,
        }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "every other reading of time goes through here"
)]
pub(crate) fn system() -> Timestamp {
    SystemTime::now().into()
}

/// What a mock's clock shows at first, and whether it runs: `system`, `frozen`, or an instant to stand still at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "InstantText")]
pub enum ClockStart {
    /// The system's time.
    System,
    /// An instant at which the clock stands still.
    Frozen(Timestamp),
}

impl ClockStart {
    /// Twelve hours before 1448875853.241, the `expiresAt` of the example in AWS's documentation of
    /// [`get-authorization-token`](https://docs.aws.amazon.com/cli/v1/reference/ecr/get-authorization-token.html).
    pub const FROZEN: ClockStart = ClockStart::Frozen(Timestamp::AWS_EXAMPLE);
}

impl FromStr for ClockStart {
    type Err = ClockStartError;

    fn from_str(text: &str) -> Result<Self, ClockStartError> {
        match text {
            "system" => Ok(ClockStart::System),
            "frozen" => Ok(ClockStart::FROZEN),
            instant => instant
                .parse()
                .map(ClockStart::Frozen)
                .map_err(|_| ClockStartError(text.chars().take(100).collect())),
        }
    }
}

impl TryFrom<InstantText> for ClockStart {
    type Error = ClockStartError;

    fn try_from(text: InstantText) -> Result<Self, ClockStartError> {
        text.0.parse()
    }
}

/// A text that sets no clock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} sets no clock; expected system, frozen, or an instant such as 2015-11-29T21:30:53.241Z"
)]
pub struct ClockStartError(String);

/// Measures how long something took in real time, whatever the mock's clock shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

#[allow(
    clippy::disallowed_methods,
    reason = "how long an answer took is a fact of the machine, not of the mock's world"
)]
impl Stopwatch {
    pub(crate) fn start() -> Self {
        Stopwatch(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_stands_still_until_it_is_moved() {
        let clock = Clock::frozen();
        let start = clock.now();
        assert_eq!(clock.now(), start);
        clock.advance(Duration::from_millis(1));
        assert_eq!(clock.now(), start + Duration::from_millis(1));
        clock.rewind(Duration::from_millis(2));
        assert_eq!(clock.now(), start - Duration::from_millis(1));
    }

    #[test]
    fn a_running_clock_runs_on_from_where_it_was_set() {
        let clock = Clock::new(ClockStart::System);
        let target: Timestamp = "2038-01-19T03:14:07Z".parse().unwrap();
        clock.set(target);
        assert!(clock.now() >= target);
        assert!(clock.now() < target + Duration::from_secs(3600));
        assert!(clock.system_if_moved().is_some());
    }

    #[test]
    fn clones_share_one_time() {
        let clock = Clock::frozen();
        clock.clone().advance(Duration::from_secs(5));
        assert_eq!(clock.now(), Clock::frozen().now() + Duration::from_secs(5));
    }

    #[test]
    fn moving_it_beyond_the_end_of_time_stops_there() {
        let clock = Clock::frozen();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert!(clock.now().to_string().starts_with("9999-"));
        clock.rewind(Duration::MAX);
        assert!(clock.now().to_string().starts_with("0001-"));
    }
}
