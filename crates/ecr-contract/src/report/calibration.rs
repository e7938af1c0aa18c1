//! Describes what was measured about a client.

use std::time::Duration;

use crate::report::{Calibration, sanitize};
use crate::timing::{Attempts, Timing};

impl Calibration {
    pub(crate) fn timing(&self) -> Timing {
        let duration = |millis: Option<u64>| Duration::from_millis(millis.unwrap_or(0));
        let startup = duration(self.startup_ms);
        Timing {
            startup,
            retries: duration(self.attempts_ms).saturating_sub(startup),
        }
    }

    pub(crate) fn set_attempts(&mut self, attempts: Option<Attempts>) {
        self.attempts = attempts.map(|attempts| attempts.count);
        self.attempts_ms = attempts.map(|attempts| millis(attempts.took));
    }

    /// Returns the measurements and the limits on one line.
    pub(crate) fn describe(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.startup_ms.map(|startup| {
            let added = sanitize::duration(millis(self.timing().slack()));
            format!("start-up {}, limits + {added}", sanitize::duration(startup))
        }));
        if let (Some(attempts), Some(took)) = (self.attempts, self.attempts_ms) {
            parts.push(format!(
                "{attempts} attempts in {}",
                sanitize::duration(took)
            ));
        }
        if self.longest_factor > 1 {
            parts.push(format!("waits up to × {}", self.longest_factor));
        }
        parts.push(format!("{} jobs on {} cores", self.jobs, self.cores));
        parts.join(", ")
    }
}

/// Returns a duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_measurements_are_on_one_line() {
        let mut calibration = Calibration {
            startup_ms: Some(1240),
            jobs: 4,
            cores: 2,
            ..Calibration::default()
        };
        let text = "start-up 1.2 s, limits + 2.5 s, 4 jobs on 2 cores";
        assert_eq!(calibration.describe(), text);
        calibration.set_attempts(Some(Attempts {
            count: 5,
            took: Duration::from_millis(7530),
        }));
        calibration.longest_factor = 2;
        let text = "start-up 1.2 s, limits + 2.5 s, 5 attempts in 7.5 s, waits up to × 2, 4 jobs on 2 cores";
        assert_eq!(calibration.describe(), text);
        assert_eq!(calibration.timing().retries, Duration::from_millis(6290));
    }
}
