//! The status and the findings of a scan in outputs.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::config::scanning::{Finding, ScanStatus};
use crate::domain::scanning::{Report, Scan};
use crate::services::ecr::views::enhanced_finding::EnhancedFinding;

/// `imageScanStatus`.
#[derive(Debug, Serialize)]
pub(crate) struct StatusView {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    status: StatusName,
}

/// The name of a status.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum StatusName {
    Running(&'static str),
    Ended(ScanStatus),
}

impl StatusView {
    /// Returns the status of a scan that has started.
    pub(crate) fn in_progress() -> Self {
        StatusView {
            description: None,
            status: StatusName::Running("IN_PROGRESS"),
        }
    }

    pub(crate) fn of(scan: &Scan) -> Self {
        match scan.status {
            None => StatusView::in_progress(),
            Some(status) => StatusView {
                description: scan.description.clone(),
                status: StatusName::Ended(status),
            },
        }
    }
}

/// `imageScanFindingsSummary`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FindingsSummary {
    finding_severity_counts: BTreeMap<&'static str, usize>,
    image_scan_completed_at: Box<RawValue>,
    vulnerability_source_updated_at: Box<RawValue>,
}

impl FindingsSummary {
    pub(crate) fn of(report: &Report) -> Self {
        let mut counts = BTreeMap::new();
        for finding in &report.findings {
            *counts.entry(finding.severity.name()).or_default() += 1;
        }
        FindingsSummary {
            finding_severity_counts: counts,
            image_scan_completed_at: epoch_seconds::raw(report.completed),
            vulnerability_source_updated_at: epoch_seconds::raw(report.source_updated()),
        }
    }
}

/// `imageScanFindings`. It has the findings of one scan type.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FindingsView {
    #[serde(skip_serializing_if = "Option::is_none")]
    enhanced_findings: Option<Vec<EnhancedFinding>>,
    finding_severity_counts: BTreeMap<&'static str, usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<BasicFinding>>,
    image_scan_completed_at: Box<RawValue>,
    vulnerability_source_updated_at: Box<RawValue>,
}

impl FindingsView {
    /// Returns a page of findings of a basic scan. The summary is that of all findings.
    pub(crate) fn basic(summary: FindingsSummary, findings: &[Finding]) -> Self {
        FindingsView {
            findings: Some(findings.iter().map(BasicFinding::of).collect()),
            ..FindingsView::new(summary)
        }
    }

    /// Returns a page of findings of an enhanced scan.
    pub(crate) fn enhanced(summary: FindingsSummary, findings: Vec<EnhancedFinding>) -> Self {
        FindingsView {
            enhanced_findings: Some(findings),
            ..FindingsView::new(summary)
        }
    }

    fn new(summary: FindingsSummary) -> Self {
        FindingsView {
            enhanced_findings: None,
            finding_severity_counts: summary.finding_severity_counts,
            findings: None,
            image_scan_completed_at: summary.image_scan_completed_at,
            vulnerability_source_updated_at: summary.vulnerability_source_updated_at,
        }
    }
}

/// A finding of a basic scan. Source: the example of `DescribeImageScanFindings` in the AWS CLI.
#[derive(Debug, Serialize)]
struct BasicFinding {
    attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    name: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
}

#[derive(Debug, Serialize)]
struct Attribute {
    key: &'static str,
    value: String,
}

impl BasicFinding {
    /// The example has `CVSS2_VECTOR` and `CVSS2_SCORE`. That the keys of version 3 are similar is `[ASSUME]`.
    fn of(finding: &Finding) -> Self {
        let score = finding.score.map(|score| format!("{score:.1}"));
        let attributes = [
            ("package_version", finding.version.clone()),
            ("package_name", finding.package.clone()),
            ("CVSS3_VECTOR", finding.vector.clone()),
            ("CVSS3_SCORE", score),
        ];
        let attributes = attributes.into_iter().filter_map(|(key, value)| {
            let value = value?;
            Some(Attribute { key, value })
        });
        BasicFinding {
            attributes: attributes.collect(),
            description: finding.description.clone(),
            name: finding.name.clone(),
            severity: finding.severity.name(),
            uri: finding.uri.clone(),
        }
    }
}
