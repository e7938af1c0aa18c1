//! The scanning configuration of a registry.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::types::{AccountId, Region, ScanFilter};

/// The initial scanning configuration of a registry. It is the configuration of the registry until
/// `PutRegistryScanningConfiguration` replaces it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RegistryScanning {
    /// The account. If `None`, the default account of the configuration.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// The Region. If `None`, the default Region of the configuration.
    #[serde(default)]
    pub region: Option<Region>,
    /// The type of scanning.
    pub scan_type: ScanType,
    /// The repositories whose images are scanned, at most one rule for each frequency.
    #[serde(default)]
    pub rules: Vec<ScanRule>,
}

impl RegistryScanning {
    /// Creates a configuration without rules, of the default account in the default Region.
    pub fn new(scan_type: ScanType) -> Self {
        RegistryScanning {
            account: None,
            region: None,
            scan_type,
            rules: Vec::new(),
        }
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(
        mut self,
        scan_frequency: ScanFrequency,
        filters: impl IntoIterator<Item = ScanFilter>,
    ) -> Self {
        self.rules.push(ScanRule {
            scan_frequency,
            filters: filters.into_iter().collect(),
        });
        self
    }
}

/// Who scans images: Amazon ECR or Amazon Inspector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum ScanType {
    /// Amazon ECR scans an image once after a push, or when a scan is started.
    #[default]
    Basic,
    /// Amazon Inspector scans images. Scans cannot be started.
    Enhanced,
}

/// The repositories to which a scan frequency applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ScanRule {
    /// When the images are scanned.
    pub scan_frequency: ScanFrequency,
    /// The filters of the repositories, at most 100. A repository must match one of them.
    pub filters: Vec<ScanFilter>,
}

/// When the images of a repository are scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ScanFrequency {
    /// Images are scanned when a scan is started. Basic scanning only.
    Manual,
    /// Images are scanned after a push.
    ScanOnPush,
    /// Images are scanned after a push and when new vulnerabilities are known. Enhanced scanning only.
    ContinuousScan,
}

impl ScanFrequency {
    /// Returns the name in the API. Source: the enum `ScanFrequency` of the service model.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ScanFrequency::Manual => "MANUAL",
            ScanFrequency::ScanOnPush => "SCAN_ON_PUSH",
            ScanFrequency::ContinuousScan => "CONTINUOUS_SCAN",
        }
    }
}

/// Returns what is wrong with the rules of a scanning configuration.
///
/// Source of the frequencies and numbers: `PutRegistryScanningConfiguration` in the service model. That each frequency
/// has at most one rule is `[ASSUME]`.
pub(crate) fn check_rules<'a>(
    scan_type: ScanType,
    rules: impl IntoIterator<Item = (ScanFrequency, &'a [ScanFilter])>,
) -> Result<(), InvalidScanRule> {
    let mut frequencies = BTreeSet::new();
    for (index, (frequency, filters)) in rules.into_iter().enumerate() {
        let (key, expected) = match (scan_type, frequency) {
            (ScanType::Basic, ScanFrequency::ContinuousScan) => (
                "scan_frequency",
                "SCAN_ON_PUSH or MANUAL, the frequencies of the scan type BASIC",
            ),
            (ScanType::Enhanced, ScanFrequency::Manual) => (
                "scan_frequency",
                "SCAN_ON_PUSH or CONTINUOUS_SCAN, the frequencies of the scan type ENHANCED",
            ),
            _ if !frequencies.insert(frequency) => {
                ("scan_frequency", "one rule for each scan frequency")
            }
            _ if filters.len() > 100 => ("filters", "at most 100 filters"),
            _ => continue,
        };
        return Err(InvalidScanRule {
            index,
            key,
            expected,
        });
    }
    Ok(())
}

/// What is wrong with a rule of a scanning configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidScanRule {
    pub(super) index: usize,
    /// The key in a configuration.
    pub(super) key: &'static str,
    pub(crate) expected: &'static str,
}
