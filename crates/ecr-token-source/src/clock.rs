//! Time, which a test may own.

use std::time::SystemTime;

/// What time it is. A closure will do.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> SystemTime;
}

impl<F: Fn() -> SystemTime + Send + Sync> Clock for F {
    fn now(&self) -> SystemTime {
        self()
    }
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where time comes from when nobody injects it"
    )]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}
