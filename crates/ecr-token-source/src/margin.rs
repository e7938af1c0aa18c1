//! When a token that still lives is too old.

use std::time::Duration;

/// How much life a token must have left: the larger of a span and a tenth of its whole life.
///
/// The span, five minutes unless told otherwise, covers clocks that disagree and the time between getting a token and the last request that
/// carries it. The tenth, 72 minutes of ECR's twelve hours, is for outages: so long can the API be down before anybody notices, as
/// every request in that time tries anew, and is given the old token while the call fails.
///
/// A token whose whole life is shorter than that is never fresh: it serves those who waited for it, and whoever asks next makes
/// the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    minimum: Duration,
}

impl Margin {
    /// A margin with another span than five minutes.
    pub const fn at_least(minimum: Duration) -> Self {
        Margin { minimum }
    }

    /// The margin of a token that lives so long.
    pub fn for_ttl(self, ttl: Duration) -> Duration {
        self.minimum.max(ttl / 10)
    }
}

impl Default for Margin {
    fn default() -> Self {
        Margin::at_least(Duration::from_secs(5 * 60))
    }
}
