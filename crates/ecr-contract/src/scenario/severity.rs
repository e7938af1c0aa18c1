//! The severity of a scenario or of an expectation.

use serde::{Deserialize, Serialize};

/// Whether a failed expectation fails the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Never fails. The result is only reported.
    Info,
    /// Fails with `--strict`.
    Should,
    /// Always fails.
    Must,
}

impl Severity {
    /// The name in scenario files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Should => "should",
            Severity::Must => "must",
        }
    }
}
