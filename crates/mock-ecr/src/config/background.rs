//! The durations of work in the background.

use std::time::Duration;

use serde::Deserialize;

/// The durations of work that ECR does in the background, on the mock's clock. With a duration of zero, the work is done at
/// once. The defaults are `[ASSUME]`: they are shorter than those of ECR, so that a client that waits has a result soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Background {
    /// The duration of a preview of a lifecycle policy. The default is one second.
    #[serde(deserialize_with = "crate::types::duration::TextOrZero::deserialize")]
    pub lifecycle_preview_duration: Duration,
    /// The time from a push to the end of its replication. The default is one second. In a replication backfill, it is the
    /// duration of the preparation, and of the replication of 100 images. ECR replicates most images in less than 30
    /// minutes, and a small image in some seconds.
    #[serde(deserialize_with = "crate::types::duration::TextOrZero::deserialize")]
    pub replication_delay: Duration,
    /// The duration of the restoration of an archived image. The default is one second. ECR restores an image in at most 20
    /// minutes.
    #[serde(deserialize_with = "crate::types::duration::TextOrZero::deserialize")]
    pub restore_duration: Duration,
    /// The duration of a scan of an image. The default is three seconds.
    #[serde(deserialize_with = "crate::types::duration::TextOrZero::deserialize")]
    pub scan_duration: Duration,
    /// The duration of the signature of a pushed image. The default is one second.
    #[serde(deserialize_with = "crate::types::duration::TextOrZero::deserialize")]
    pub signing_duration: Duration,
}

impl Default for Background {
    fn default() -> Self {
        let second = Duration::from_secs(1);
        Background {
            lifecycle_preview_duration: second,
            replication_delay: second,
            restore_duration: second,
            scan_duration: 3 * second,
            signing_duration: second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::configuration::Config;

    #[test]
    fn durations_are_configured_separately() {
        let config = Config::parse("background.restore_duration = '20m'").unwrap();
        let background = config.background;
        let second = Duration::from_secs(1);
        assert_eq!(background.restore_duration, 20 * 60 * second);
        assert_eq!(background.lifecycle_preview_duration, second);
        let config = Config::parse("background.scan_duration = '0s'").unwrap();
        assert!(config.background.scan_duration.is_zero());
        let error = Config::parse("background.restore_duration = '-1s'").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 1, column 31: background.restore_duration: invalid duration \"-1s\": expected a number with a unit, such as 1d, 12h, 90m or 1500ms, or 0s"
        );
    }
}
