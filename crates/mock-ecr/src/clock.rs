//! The clock of a mock. No other module reads the system's time.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

use crate::types::error_chain::debug_as_chain;
use crate::types::timestamp::{Timestamp, TimestampText};

/// The clock of a mock. It is either frozen at a timestamp, or runs with the system's clock at an offset. Its
/// resolution is one millisecond, and its range is that of [`Timestamp`]: a time before or after this range is replaced
/// by the nearest time of the range.
///
/// The clock determines the expiry of tokens and credentials, the `Date` headers and the times in the request log.
/// Clones share one time, so a test, the mock and an SDK client can use the same clock.
///
/// ```
/// # use std::time::Duration;
/// # use mock_ecr::Clock;
/// let clock = Clock::frozen();
/// clock.advance(Duration::from_secs(12 * 3600));
/// assert_eq!(clock.now().to_string(), "2015-11-30T09:30:53.241Z");
/// ```
#[derive(Clone)]
pub struct Clock(Arc<State>);

/// Formats the time, and whether the clock is frozen.
impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_frozen() {
            "frozen"
        } else {
            "running"
        };
        write!(f, "Clock({}, {state})", self.now())
    }
}

struct State {
    start: ClockStart,
    motion: Mutex<Motion>,
    /// Called after each change, before the next one.
    observer: OnceLock<Box<dyn Fn(ClockReading) + Send + Sync>>,
}

/// The time and the state of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockReading {
    pub(crate) now: Timestamp,
    pub(crate) is_frozen: bool,
}

/// The state of a clock: frozen at a time, or running at an offset from the system's clock. Both are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Motion {
    Frozen { at: i64 },
    Running { offset: i64 },
}

impl Motion {
    fn of(start: ClockStart) -> Self {
        match start {
            ClockStart::System => Motion::Running { offset: 0 },
            ClockStart::Frozen(timestamp) => Motion::Frozen {
                at: timestamp.as_millis(),
            },
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

    fn reading(self) -> ClockReading {
        ClockReading {
            now: self.now(),
            is_frozen: matches!(self, Motion::Frozen { .. }),
        }
    }

    /// Returns the state with another time, frozen or running as before.
    fn map(self, time: impl FnOnce(Timestamp) -> Timestamp) -> Self {
        match self {
            Motion::Frozen { at } => Motion::Frozen {
                at: time(Timestamp::from_millis(at)).as_millis(),
            },
            Motion::Running { offset } => {
                // The system's time is read only once, so that the new time is exact to the millisecond.
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
    /// Creates a clock with an initial state.
    pub fn new(start: ClockStart) -> Self {
        Clock(Arc::new(State {
            start,
            motion: Mutex::new(Motion::of(start)),
            observer: OnceLock::new(),
        }))
    }

    /// Creates a clock that is frozen at [`ClockStart::FROZEN`], 2015-11-29T21:30:53.241Z.
    pub fn frozen() -> Self {
        Clock::new(ClockStart::FROZEN)
    }

    /// Returns the current time of this clock.
    pub fn now(&self) -> Timestamp {
        self.motion().now()
    }

    /// Moves the clock forward by `duration`, truncated to whole milliseconds. The new time saturates at the last
    /// [`Timestamp`].
    pub fn advance(&self, duration: Duration) {
        self.update(|motion| motion.map(|now| now + duration));
    }

    /// Moves the clock back by `duration`, truncated to whole milliseconds. The new time saturates at the first
    /// [`Timestamp`].
    pub fn rewind(&self, duration: Duration) {
        self.update(|motion| motion.map(|now| now - duration));
    }

    /// Sets the clock to `timestamp`. A frozen clock stays frozen, and a running clock continues to run.
    pub fn set(&self, timestamp: Timestamp) {
        self.update(|motion| motion.map(|_| timestamp));
    }

    /// Freezes the clock at its current time.
    pub fn freeze(&self) {
        self.update(|motion| Motion::Frozen {
            at: motion.now().as_millis(),
        });
    }

    /// Starts a frozen clock at its current time. A running clock is not changed.
    pub fn run(&self) {
        self.update(|motion| match motion {
            Motion::Frozen { at } => Motion::Running {
                offset: at - system().as_millis(),
            },
            Motion::Running { .. } => motion,
        });
    }

    /// Resets the clock to its initial state: [`ClockStart::System`] sets it to the system's time and runs it, and
    /// [`ClockStart::Frozen`] freezes it at the initial time.
    pub fn reset(&self) {
        self.update(|_| Motion::of(self.0.start));
    }

    /// Restores a state that [`motion`](Self::motion) has returned.
    pub(crate) fn restore(&self, motion: Motion) {
        self.update(|_| motion);
    }

    /// Returns the time to which [`reset`](Self::reset) sets the clock.
    pub(crate) fn initial(&self) -> Timestamp {
        Motion::of(self.0.start).now()
    }

    /// Returns whether the clock is frozen.
    pub fn is_frozen(&self) -> bool {
        self.reading().is_frozen
    }

    /// Returns the time, and whether the clock is frozen.
    pub(crate) fn reading(&self) -> ClockReading {
        self.motion().reading()
    }

    /// Returns the system's time if this clock differs from it. A client in another process uses the system's time.
    pub(crate) fn system_if_moved(&self) -> Option<Timestamp> {
        let is_moved = !matches!(self.motion(), Motion::Running { offset: 0 });
        is_moved.then(system)
    }

    pub(crate) fn motion(&self) -> Motion {
        *self.lock()
    }

    /// Calls a function after each change, in the order of the changes. A clock has one such function. It must not change or read the clock.
    pub(crate) fn observe(&self, observer: impl Fn(ClockReading) + Send + Sync + 'static) {
        let _ = self.0.observer.set(Box::new(observer));
    }

    /// Applies a change atomically: concurrent changes are all applied.
    fn update(&self, change: impl FnOnce(Motion) -> Motion) {
        let mut motion = self.lock();
        let before = *motion;
        *motion = change(before);
        if *motion != before
            && let Some(observer) = self.0.observer.get()
        {
            observer(motion.reading());
        }
    }

    /// A change that panics leaves the previous state, so the state is always valid.
    fn lock(&self) -> MutexGuard<'_, Motion> {
        let locked = self.0.motion.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "every other reading of time goes through here"
)]
pub(crate) fn system() -> Timestamp {
    SystemTime::now().into()
}

/// The initial state of a mock's clock. In TOML and on the command line, it is `system`, `frozen`
/// ([`ClockStart::FROZEN`]), or a timestamp in RFC 3339 at which the clock is frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "TimestampText")]
#[non_exhaustive]
pub enum ClockStart {
    /// The clock runs with the system's time.
    System,
    /// The clock is frozen at this time.
    Frozen(Timestamp),
}

impl ClockStart {
    /// A clock that is frozen at 2015-11-29T21:30:53.241Z. A token that is issued at this time expires 12 hours later,
    /// at 1448875853.241 seconds since 1970-01-01T00:00:00Z. This is the value of `expiresAt` in the example of AWS's
    /// documentation of
    /// [`get-authorization-token`](https://docs.aws.amazon.com/cli/v1/reference/ecr/get-authorization-token.html).
    pub const FROZEN: ClockStart = ClockStart::Frozen(Timestamp::AWS_EXAMPLE);
}

impl FromStr for ClockStart {
    type Err = ClockStartError;

    fn from_str(text: &str) -> Result<Self, ClockStartError> {
        match text {
            "system" => Ok(ClockStart::System),
            "frozen" => Ok(ClockStart::FROZEN),
            timestamp => timestamp
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

/// The error returned when a string is not a valid initial state of a clock.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid clock {0:?}: expected system, frozen, or a timestamp such as 2015-11-29T21:30:53.241Z"
)]
pub struct ClockStartError(String);

debug_as_chain!(ClockStartError);

/// Measures a duration in real time, independently of the mock's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

#[allow(
    clippy::disallowed_methods,
    reason = "the duration of a response is measured in real time, not by the mock's clock"
)]
impl Stopwatch {
    pub(crate) fn start() -> Self {
        Stopwatch(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// The clock that the date of a signature is compared with. The difference must be at most 15 minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SigV4Clock {
    /// The mock's clock only.
    Mock,
    /// The mock's clock and the system's clock. A date that is valid according to at least one of these clocks is
    /// accepted. Use this mode for clients in other processes, which sign requests with the system's time.
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
    fn each_change_is_observed_with_its_result() {
        let clock = Clock::frozen();
        let observed = Arc::new(Mutex::new(Vec::new()));
        let readings = Arc::clone(&observed);
        clock.observe(move |reading| readings.lock().unwrap().push(reading));
        let second = Duration::from_secs(1);
        clock.clone().advance(second);
        clock.freeze();
        clock.set(clock.now());
        clock.advance(Duration::ZERO);
        clock.rewind(second);
        clock.run();
        clock.reset();
        let observed = observed.lock().unwrap();
        let start = Timestamp::AWS_EXAMPLE;
        assert_eq!(
            observed.len(),
            4,
            "a change that changes nothing is not observed"
        );
        assert_eq!((observed[0].now, observed[1].now), (start + second, start));
        let frozen: Vec<_> = observed.iter().map(|reading| reading.is_frozen).collect();
        assert_eq!(frozen, [true, true, false, true]);
        assert_eq!(observed[3], clock.reading());
    }

    #[test]
    fn clones_share_one_time() {
        let clock = Clock::frozen();
        clock.clone().advance(Duration::from_secs(5));
        assert_eq!(clock.now(), Clock::frozen().now() + Duration::from_secs(5));
    }

    #[test]
    fn concurrent_changes_are_all_applied() {
        let clock = Clock::frozen();
        let later = |now| {
            std::thread::yield_now();
            now + Duration::from_millis(1)
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let advance = || clock.update(|motion| motion.map(later));
                scope.spawn(move || (0..1000).for_each(|_| advance()));
            }
        });
        assert_eq!(clock.now(), Clock::frozen().now() + Duration::from_secs(4));
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
