//! The result of the scans of an image.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::config::scanning::finding::Finding;

/// The result of the scans of an image. By default, a scan succeeds, and its findings are derived from the seed and the
/// digest of the image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScanResult {
    /// The status of a scan that has ended. If `None`, it is that of a successful scan: `COMPLETE`, or `ACTIVE` in a
    /// registry with enhanced scanning.
    #[serde(default)]
    pub status: Option<ScanStatus>,
    /// The description of the status. If `None`, it is that of ECR for the status, if it is known.
    #[serde(default)]
    pub description: Option<String>,
    /// The findings. If `None`, they are derived from the seed and the digest of the image. A scan with a status other than
    /// `COMPLETE` and `ACTIVE` has no findings.
    #[serde(default)]
    pub findings: Option<Vec<Finding>>,
}

impl ScanResult {
    /// Creates the result of a successful scan with these findings.
    pub fn with_findings(findings: impl IntoIterator<Item = Finding>) -> Self {
        ScanResult {
            findings: Some(findings.into_iter().collect()),
            ..ScanResult::default()
        }
    }

    /// Creates a result with this status and the description of ECR for it, if it is known.
    pub fn with_status(status: ScanStatus) -> Self {
        ScanResult {
            status: Some(status),
            ..ScanResult::default()
        }
    }

    /// Sets the description of the status.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    pub(crate) fn check(&self) -> Result<(), InvalidScanResult> {
        self.check_each().map_err(|(_, error)| error)
    }

    /// Checks the findings. The error has the index of the first invalid one.
    pub(super) fn check_each(&self) -> Result<(), (usize, InvalidScanResult)> {
        let mut keys = BTreeSet::new();
        for (index, finding) in self.findings.iter().flatten().enumerate() {
            let key = finding.check().map_err(|error| (index, error))?;
            if !keys.insert(key) {
                return Err((index, InvalidScanResult::Repeated(finding.name.clone())));
            }
        }
        Ok(())
    }
}

impl Finding {
    /// Returns the key of a finding that is valid.
    fn check(&self) -> Result<String, InvalidScanResult> {
        let mut scores = self.score.iter();
        if scores.any(|score| !(0.0..=10.0).contains(score)) {
            return Err(InvalidScanResult::Score(self.name.clone()));
        }
        let key = self.key();
        // It is part of tokens.
        if key.chars().count() > MAX_KEY {
            return Err(InvalidScanResult::TooLong(self.name.clone()));
        }
        Ok(key)
    }
}

/// The number of characters of the key of a finding, whose other characters are its severity and separators.
const MAX_KEY: usize = 1000 + 4;

/// The status of a scan that has ended. Source: `ScanStatus` in the service model, without `IN_PROGRESS`, which a scan has
/// until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ScanStatus {
    /// The scan succeeded.
    Complete,
    /// The scan failed, for example because the operating system of the image is not supported.
    Failed,
    /// The image is of a type that cannot be scanned.
    UnsupportedImage,
    /// Amazon Inspector scans the image continuously.
    Active,
    /// Amazon Inspector has not scanned the image yet.
    Pending,
    /// Amazon Inspector does not scan the image any longer.
    ScanEligibilityExpired,
    /// There are no findings, although the image was scanned.
    FindingsUnavailable,
    /// A limit does not permit the scan.
    LimitExceeded,
    /// The image is archived.
    ImageArchived,
    /// The image is too large.
    ImageSizeExceeded,
}

/// The reason why a result is invalid.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidScanResult {
    #[error("the score of the finding {0} is not between 0 and 10")]
    Score(String),
    #[error(
        "the name, the package and the version of the finding {0} have more than 1,000 characters"
    )]
    TooLong(String),
    #[error("the finding {0} occurs twice with the same severity, package and version")]
    Repeated(String),
}
