//! The durations of the work that AWS does in the background.

use std::time::Duration;

use serde::Deserialize;

/// The durations of the work that AWS does in the background, on the mock's clock. The defaults are `[ASSUME]`. A duration
/// of zero ends the work at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Background {
    /// The time from the start of a scan of an image to its end. The default is 3 seconds.
    #[serde(deserialize_with = "crate::types::duration::TextOrZero::deserialize")]
    pub scan_duration: Duration,
}

impl Default for Background {
    fn default() -> Self {
        Background {
            scan_duration: Duration::from_secs(3),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::config::configuration::Config;

    #[test]
    fn a_duration_can_be_zero() {
        for (text, expected) in [("0s", 0), ("1m", 60)] {
            let config = Config::parse(&format!("background.scan_duration = '{text}'")).unwrap();
            assert_eq!(
                config.background.scan_duration,
                Duration::from_secs(expected)
            );
        }
        let error = Config::parse("background.scan_duration = '-1s'").unwrap_err();
        assert_eq!(error.key(), "background.scan_duration");
    }
}
