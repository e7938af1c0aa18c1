//! The entries of a baseline that no longer apply.

use std::fmt;

use crate::report::sanitize;

/// An entry of a baseline that no longer applies: the failure no longer occurs, the scenario is not applicable to the client, or the case
/// does not exist. Such an entry is reported and does not fail the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    entry: String,
    reason: StaleReason,
}

impl Stale {
    pub(crate) fn new(entry: String, reason: StaleReason) -> Self {
        Stale { entry, reason }
    }

    #[cfg(test)]
    pub(crate) fn sample(client_type: &str, id: &str) -> Self {
        let entry = format!("{client_type} {id}");
        let reason = StaleReason::FailsNoLonger;
        Stale { entry, reason }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StaleReason {
    FailsNoLonger,
    NotApplicable,
    NoSuchCase,
}

/// Writes one line: the entry, the reason why it no longer applies, and the required action.
impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            StaleReason::FailsNoLonger => "no longer fails",
            StaleReason::NotApplicable => "does not apply to this client",
            StaleReason::NoSuchCase => "names an unknown case",
        };
        let entry = sanitize::line(&self.entry);
        write!(f, "{entry} {reason}; remove it from the baseline")
    }
}
