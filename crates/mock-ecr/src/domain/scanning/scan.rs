//! A scan of an image: its status and its findings at a time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::scanning::{Finding, ScanStatus};
use crate::config::{ScanFrequency, ScanType};
use crate::domain::scanning::configuration::AppliedRule;
use crate::types::timestamp::Timestamp;

/// A scan of an image.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scan {
    pub(crate) scan_type: ScanType,
    /// `None` while the scan runs.
    pub(crate) status: Option<ScanStatus>,
    pub(crate) description: Option<String>,
    /// Set if the scan has ended with findings.
    pub(crate) report: Option<Report>,
}

impl Scan {
    pub(super) fn running(scan_type: ScanType) -> Self {
        Scan {
            scan_type,
            status: None,
            description: None,
            report: None,
        }
    }

    /// Returns the scan of an image that is archived or being restored.
    pub(super) fn archived(scan_type: ScanType) -> Self {
        Scan {
            status: Some(ScanStatus::ImageArchived),
            ..Scan::running(scan_type)
        }
    }
}

/// What a scan has found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Report {
    pub(crate) completed: Timestamp,
    /// Sorted by their keys.
    pub(crate) findings: Vec<Finding>,
}

impl Report {
    /// Returns when the data about vulnerabilities was updated: the last midnight in UTC. `[ASSUME]`
    pub(crate) fn source_updated(&self) -> Timestamp {
        let since = self.completed.as_millis().rem_euclid(24 * 3600 * 1000);
        self.completed - Duration::from_millis(since.unsigned_abs())
    }
}

/// The record of a basic scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ScanRecord {
    started_at_millis: i64,
    completes_at_millis: i64,
}

/// The time after which an image can be scanned again. Source: the documentation of `StartImageScan` in the service model.
const SCAN_INTERVAL: Duration = Duration::from_secs(24 * 3600);

impl ScanRecord {
    pub(super) fn new(now: Timestamp, duration: Duration) -> Self {
        ScanRecord {
            started_at_millis: now.as_millis(),
            completes_at_millis: (now + duration).as_millis(),
        }
    }

    /// Returns whether the quota permits another scan.
    pub(super) fn permits_another(self, now: Timestamp) -> bool {
        now >= Timestamp::from_millis(self.started_at_millis) + SCAN_INTERVAL
    }

    /// Returns the scan with an earlier end.
    pub(super) fn ended_at(self, now: Timestamp) -> Self {
        ScanRecord {
            completes_at_millis: now.as_millis(),
            ..self
        }
    }

    /// Returns the status at a time, which is `None` while the scan runs, and when the scan completes.
    pub(super) fn status(self, now: Timestamp) -> (Option<ScanStatus>, Timestamp) {
        let completes = Timestamp::from_millis(self.completes_at_millis);
        (
            (now >= completes).then_some(ScanStatus::Complete),
            completes,
        )
    }
}

/// The record of the end of an enhanced scan before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EnhancedEnd {
    /// When the scan has begun. Another scan of the image ends at another time.
    begun_at_millis: i64,
    ended_at_millis: i64,
}

impl EnhancedEnd {
    pub(super) fn new(begun: Timestamp, ended: Timestamp) -> Self {
        EnhancedEnd {
            begun_at_millis: begun.as_millis(),
            ended_at_millis: ended.as_millis(),
        }
    }

    /// Returns the end of the scan that has begun at a time.
    fn of(self, begun: Timestamp) -> Option<Timestamp> {
        let is_same = self.begun_at_millis == begun.as_millis();
        is_same.then(|| Timestamp::from_millis(self.ended_at_millis))
    }
}

/// Returns when an enhanced scan of an image begins.
pub(super) fn enhanced_begin(rule: &AppliedRule, pushed: Timestamp) -> Timestamp {
    rule.since.map_or(pushed, |since| since.max(pushed))
}

/// The time before enhanced scanning begins within which an image must have been pushed or restored. Source: the user guide of Amazon ECR,
/// `image-scanning-enhanced.html`.
const ELIGIBILITY: Duration = Duration::from_secs(14 * 24 * 3600);

/// Returns the status of an enhanced scan, and when it has completed. Returns `None` if the first scan has not completed: there is no scan
/// then. Source: a report of 2026 about the first minute after a push.
///
/// That the status of a scan on push is `COMPLETE` is `[ASSUME]`.
pub(super) fn enhanced_status(
    rule: &AppliedRule,
    pushed: Timestamp,
    duration: Duration,
    ended: Option<EnhancedEnd>,
    now: Timestamp,
) -> Option<(ScanStatus, Timestamp)> {
    let begins = enhanced_begin(rule, pushed);
    let ended = ended.and_then(|end| end.of(begins));
    let completed = ended.map_or(begins + duration, |end| end.min(begins + duration));
    let status = match rule.frequency {
        _ if begins > pushed + ELIGIBILITY => ScanStatus::ScanEligibilityExpired,
        ScanFrequency::ContinuousScan => ScanStatus::Active,
        _ => ScanStatus::Complete,
    };
    (now >= completed).then_some((status, completed))
}

/// The result of a scan that has ended.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) status: Option<ScanStatus>,
    pub(super) description: Option<String>,
    pub(super) findings: Vec<Finding>,
}

impl Outcome {
    /// Returns the scan. `status` is that of a scan whose result has none.
    pub(super) fn scan(
        mut self,
        scan_type: ScanType,
        status: ScanStatus,
        completed: Timestamp,
    ) -> Scan {
        let status = self.status.unwrap_or(status);
        self.findings.sort_by_cached_key(Finding::key);
        let has_findings = matches!(status, ScanStatus::Complete | ScanStatus::Active);
        let (description, findings) = (self.description, self.findings);
        Scan {
            scan_type,
            status: Some(status),
            description: description.or(description_of(status).map(str::to_owned)),
            report: has_findings.then_some(Report {
                completed,
                findings,
            }),
        }
    }
}

/// Returns the description of a status, if it is known.
///
/// Sources: the example of `DescribeImageScanFindings` in the AWS CLI; aws/deep-learning-containers for `ACTIVE`; three reports from 2021 to
/// 2026 for `FAILED`.
fn description_of(status: ScanStatus) -> Option<&'static str> {
    match status {
        ScanStatus::Complete => Some("The scan was completed successfully."),
        ScanStatus::Active => Some("Continuous scan is selected for image."),
        ScanStatus::Failed => Some(
            "UnsupportedImageError: The operating system and/or package manager are not supported.",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn an_image_can_be_scanned_again_after_24_hours() {
        let now = Timestamp::AWS_EXAMPLE;
        let record = ScanRecord::new(now, Duration::ZERO);
        assert!(!record.permits_another(now + DAY - Duration::from_millis(1)));
        assert!(record.permits_another(now + DAY));
    }

    #[test]
    fn an_enhanced_scan_has_a_status_after_its_duration() {
        let (pushed, minute) = (Timestamp::AWS_EXAMPLE, Duration::from_secs(60));
        let rule = |frequency, since| AppliedRule {
            frequency,
            filters: Vec::new(),
            since,
        };
        let status = |rule: &AppliedRule, now| {
            let status = enhanced_status(rule, pushed, minute, None, now);
            status.map(|(status, _)| status)
        };
        let continuous = rule(ScanFrequency::ContinuousScan, None);
        let almost = pushed + minute - Duration::from_millis(1);
        assert_eq!(status(&continuous, almost), None);
        assert_eq!(
            status(&continuous, pushed + minute),
            Some(ScanStatus::Active)
        );
        let on_push = rule(ScanFrequency::ScanOnPush, None);
        assert_eq!(
            status(&on_push, pushed + minute),
            Some(ScanStatus::Complete)
        );
        for (age, expected) in [
            (14 * DAY, ScanStatus::Active),
            (15 * DAY, ScanStatus::ScanEligibilityExpired),
        ] {
            let later = rule(ScanFrequency::ContinuousScan, Some(pushed + age));
            assert_eq!(status(&later, pushed + age), None);
            assert_eq!(status(&later, pushed + age + minute), Some(expected));
        }
    }
}
