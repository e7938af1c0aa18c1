//! The severity of scenarios and expectations.

use serde::{Deserialize, Serialize};

/// The severity of an expectation. It determines whether a failed expectation fails the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A failed expectation never fails the run. The result is only reported.
    Info,
    /// A failed expectation fails the run only with `--strict`, and only if the failure is not in the baseline.
    Should,
    /// A failed expectation fails the run, unless the failure is in the baseline.
    Must,
}

impl Severity {
    /// Returns the name in scenario files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Should => "should",
            Severity::Must => "must",
        }
    }
}
