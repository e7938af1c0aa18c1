//! The severity of a scenario or of one of its expectations.

use serde::{Deserialize, Serialize};

/// How much a scenario, or one of its expectations, counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It is told, and never fails.
    Info,
    /// It fails where `--strict` is given.
    Should,
    /// It fails.
    Must,
}

impl Severity {
    /// As it is written in a scenario.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Should => "should",
            Severity::Must => "must",
        }
    }
}
