//! The one place that reads time.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

use crate::types::timestamp::{Timestamp, TimestampText};

/// The clock of a mock: the system's time, or an instant at which it stands still, plus what a test has moved it by.
///
/// Token life, `Date` headers, credential expiry and the request log all follow it. Clones share one time, so that a test,
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
    /// A [`Motion`] in one word, so that whoever reads the time waits for nobody.
    motion: AtomicI64,
}

/// Whether a clock stands still, and at what, or how far it runs from the system's.
#[derive(Clone, Copy)]
enum Motion {
    Frozen { at: i64 },
    Running { offset: i64 },
}

impl Motion {
    fn of(start: ClockStart) -> Self {
        match start {
            ClockStart::System => Motion::Running { offset: 0 },
            ClockStart::Frozen(instant) => Motion::Frozen {
                at: instant.as_millis(),
            },
        }
    }

    /// Milliseconds between the years 1 and 9999 leave more than a bit free.
    fn pack(self) -> i64 {
        match self {
            Motion::Frozen { at } => at << 1 | 1,
            Motion::Running { offset } => offset << 1,
        }
    }

    fn unpack(word: i64) -> Self {
        match word & 1 {
            0 => Motion::Running { offset: word >> 1 },
            _ => Motion::Frozen { at: word >> 1 },
        }
    }

    fn now(self) -> Timestamp {
        match self {
            Motion::Frozen { at } => Timestamp::from_millis(at),
            Motion::Running { offset } => {
                Timestamp::from_millis(system().as_millis().saturating_add(offset))
            }
        }
    }

    /// Shows another instant, and stands or runs as before.
    fn map(self, time: impl Fn(Timestamp) -> Timestamp) -> Self {
        match self {
            Motion::Frozen { at } => Motion::Frozen {
                at: time(Timestamp::from_millis(at)).as_millis(),
            },
            Motion::Running { offset } => {
                // The system's time is read once, so that a move is exact to the millisecond.
                let base = system().as_millis();
                let now = Timestamp::from_millis(base.saturating_add(offset));
                Motion::Running {
                    offset: time(now).as_millis() - base,
                }
            }
        }
    }
}

impl Clock {
    /// A clock that starts as told and has not been moved.
    pub fn new(start: ClockStart) -> Self {
        Clock(Arc::new(State {
            start,
            motion: AtomicI64::new(Motion::of(start).pack()),
        }))
    }

    /// A clock that stands still at [`ClockStart::FROZEN`].
    pub fn frozen() -> Self {
        Clock::new(ClockStart::FROZEN)
    }

    /// What this clock shows.
    pub fn now(&self) -> Timestamp {
        self.motion().now()
    }

    /// Moves the clock on by `duration`, to the millisecond.
    pub fn advance(&self, duration: Duration) {
        self.update(|motion| motion.map(|now| now + duration));
    }

    /// Moves the clock back by `duration`, to the millisecond.
    pub fn rewind(&self, duration: Duration) {
        self.update(|motion| motion.map(|now| now - duration));
    }

    /// Makes the clock show `instant`; it stands still or runs on from there, as it did before.
    pub fn set(&self, instant: Timestamp) {
        self.update(|motion| motion.map(|_| instant));
    }

    /// Lets the clock stand still at what it shows.
    pub fn freeze(&self) {
        self.update(|motion| Motion::Frozen {
            at: motion.now().as_millis(),
        });
    }

    /// Lets the clock run on from what it shows.
    pub fn run(&self) {
        self.update(|motion| match motion {
            Motion::Frozen { at } => Motion::Running {
                offset: at - system().as_millis(),
            },
            Motion::Running { .. } => motion,
        });
    }

    /// Brings the clock back to how it started: to the system's time, or to standing still where it stood.
    pub fn reset(&self) {
        self.update(|_| Motion::of(self.0.start));
    }

    /// Whether the clock stands still between moves.
    pub fn is_frozen(&self) -> bool {
        matches!(self.motion(), Motion::Frozen { .. })
    }

    /// The system's time while this clock shows another, for clients that live in real time.
    pub(crate) fn system_if_moved(&self) -> Option<Timestamp> {
        let is_moved = !matches!(self.motion(), Motion::Running { offset: 0 });
        is_moved.then(system)
    }

    fn motion(&self) -> Motion {
        Motion::unpack(self.0.motion.load(Ordering::SeqCst))
    }

    /// Whoever changes the clock at the same moment changes it too: no move is lost.
    fn update(&self, change: impl Fn(Motion) -> Motion) {
        let changed = |word| Some(change(Motion::unpack(word)).pack());
        self.0
            .motion
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, changed)
            .expect("the update always gives a motion");
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
#[serde(try_from = "TimestampText")]
#[non_exhaustive]
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

impl TryFrom<TimestampText> for ClockStart {
    type Error = ClockStartError;

    fn try_from(text: TimestampText) -> Result<Self, ClockStartError> {
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
    reason = "how long an answer took is a fact of the machine, not of the mock's config"
)]
impl Stopwatch {
    pub(crate) fn start() -> Self {
        Stopwatch(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Which clock a signature's date must lie within 15 minutes of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SigV4Clock {
    /// The mock's, as in the real service.
    Mock,
    /// The mock's, or while that was moved, the system's too: a client in another process lives in real time.
    Either,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_changes_only_when_it_is_moved() {
        let clock = Clock::frozen();
        let start = clock.now();
        assert_eq!(clock.now(), start);
        clock.advance(Duration::from_millis(1));
        assert_eq!(clock.now(), start + Duration::from_millis(1));
        clock.rewind(Duration::from_millis(2));
        assert_eq!(clock.now(), start - Duration::from_millis(1));
    }

    #[test]
    fn a_running_clock_runs_on_from_the_time_that_was_set() {
        let clock = Clock::new(ClockStart::System);
        let target: Timestamp = "2038-01-19T03:14:07Z".parse().unwrap();
        clock.set(target);
        assert!(clock.now() >= target);
        assert!(clock.now() < target + Duration::from_secs(3600));
        assert!(clock.system_if_moved().is_some());
    }

    #[test]
    fn a_clock_is_frozen_at_its_time_and_runs_on_from_it() {
        let clock = Clock::new(ClockStart::System);
        clock.freeze();
        let frozen_at = clock.now();
        assert!(clock.is_frozen());
        clock.set(Timestamp::AWS_EXAMPLE);
        clock.run();
        assert!(!clock.is_frozen());
        assert!(clock.now() >= Timestamp::AWS_EXAMPLE && clock.now() < frozen_at);
        clock.reset();
        assert!(clock.now() >= frozen_at && clock.system_if_moved().is_none());

        let clock = Clock::frozen();
        clock.run();
        clock.reset();
        assert!(clock.is_frozen() && clock.now() == Timestamp::AWS_EXAMPLE);
    }

    #[test]
    fn clones_share_one_time() {
        let clock = Clock::frozen();
        clock.clone().advance(Duration::from_secs(5));
        assert_eq!(clock.now(), Clock::frozen().now() + Duration::from_secs(5));
    }

    #[test]
    fn a_clock_stops_at_the_first_and_the_last_representable_time() {
        let clock = Clock::frozen();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert!(clock.now().to_string().starts_with("9999-"));
        clock.rewind(Duration::MAX);
        assert!(clock.now().to_string().starts_with("0001-"));
    }
}
