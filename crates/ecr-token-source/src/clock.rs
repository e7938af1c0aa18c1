//! The source of the current time. Tests can replace it.

use std::time::SystemTime;

/// A source of the current time. It is implemented for closures that return a [`SystemTime`].
pub trait Clock: Send + Sync {
    /// Returns the current time.
    fn now(&self) -> SystemTime;
}

impl<F: Fn() -> SystemTime + Send + Sync> Clock for F {
    fn now(&self) -> SystemTime {
        self()
    }
}

/// The system clock. A [`TokenSource`](crate::TokenSource) uses it by default.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the default clock, used if no other clock is injected"
    )]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}
