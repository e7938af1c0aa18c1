//! A finding of a scan.

use serde::{Deserialize, Serialize};

/// A vulnerability that a scan finds in a package of an image. `DescribeImageScanFindings` returns it in the shape of the
/// scan type of the registry.
///
/// ```
/// use mock_ecr::repository::{Finding, FindingSeverity};
///
/// let finding = Finding::new("CVE-2022-49043", FindingSeverity::High)
///     .package("libxml2", "2.9.14")
///     .fixed_in("2.11.0")
///     .score(8.1);
/// # let _ = finding;
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Finding {
    /// The ID of the vulnerability, such as `CVE-2022-49043`.
    pub name: String,
    /// The severity.
    pub severity: FindingSeverity,
    /// A description of the vulnerability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The URL of a page about the vulnerability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The name of the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The version of the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The version of the package in which the vulnerability is fixed. Without it, there is no fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
    /// The base score of CVSS 3.1, from 0 to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The vector of CVSS 3.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vector: Option<String>,
    /// Whether an exploit is known. The default is `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exploit_available: bool,
}

impl Finding {
    /// Creates a finding of no package.
    pub fn new(name: impl Into<String>, severity: FindingSeverity) -> Self {
        Finding {
            name: name.into(),
            severity,
            description: None,
            uri: None,
            package: None,
            version: None,
            fixed_in: None,
            score: None,
            vector: None,
            exploit_available: false,
        }
    }

    /// Sets the package and its version.
    #[must_use]
    pub fn package(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.package = Some(name.into());
        self.version = Some(version.into());
        self
    }

    /// Sets the version of the package in which the vulnerability is fixed.
    #[must_use]
    pub fn fixed_in(mut self, version: impl Into<String>) -> Self {
        self.fixed_in = Some(version.into());
        self
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Sets the URL of a page about the vulnerability.
    #[must_use]
    pub fn uri(mut self, url: impl Into<String>) -> Self {
        self.uri = Some(url.into());
        self
    }

    /// Sets the base score of CVSS 3.1, from 0 to 10.
    #[must_use]
    pub fn score(mut self, score: f64) -> Self {
        self.score = Some(score);
        self
    }

    /// Sets the vector of CVSS 3.1.
    #[must_use]
    pub fn vector(mut self, vector: impl Into<String>) -> Self {
        self.vector = Some(vector.into());
        self
    }

    /// Sets that an exploit is known.
    #[must_use]
    pub fn exploit_available(mut self) -> Self {
        self.exploit_available = true;
        self
    }

    /// Returns what identifies the finding, in the order of lists: by severity, name, package and version.
    pub(crate) fn key(&self) -> String {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let (package, version) = (text(&self.package), text(&self.version));
        let rank = self.severity as u8;
        format!("{rank}\n{}\n{package}\n{version}", self.name)
    }
}

/// The severity of a finding, in the order of lists of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum FindingSeverity {
    /// A critical vulnerability.
    Critical,
    /// A vulnerability of high severity.
    High,
    /// A vulnerability of medium severity.
    Medium,
    /// A vulnerability of low severity.
    Low,
    /// A vulnerability that is no security problem.
    Informational,
    /// A vulnerability whose severity is not known.
    Undefined,
}

impl FindingSeverity {
    /// Returns the name in the API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            FindingSeverity::Critical => "CRITICAL",
            FindingSeverity::High => "HIGH",
            FindingSeverity::Medium => "MEDIUM",
            FindingSeverity::Low => "LOW",
            FindingSeverity::Informational => "INFORMATIONAL",
            FindingSeverity::Undefined => "UNDEFINED",
        }
    }
}
