//! Checks the expectations of a step against the record of the run.

mod client_state;
mod context;
mod output;
mod requests;

use crate::report::{Finding, Severity, Verdict};
use crate::scenario::Expect;

pub(crate) use context::CheckContext;

impl CheckContext<'_> {
    pub(crate) fn check(&self, expect: &Expect, severity: Severity, step: usize) -> Vec<Finding> {
        let output = self.check_output(expect);
        let all = output
            .into_iter()
            .chain(self.check_requests(expect))
            .chain(self.check_client_state(expect));
        all.map(|check| Finding {
            step,
            severity,
            expectation: check.expectation.to_owned(),
            expected: check.expected,
            observed: check.observed,
            passed: check.passed,
        })
        .collect()
    }
}

/// Returns the verdict on a case. `severity` is the severity of the scenario.
pub(crate) fn verdict(severity: Severity, findings: &[Finding]) -> Verdict {
    let failed = findings.iter().filter(|finding| !finding.passed);
    match failed.map(|finding| finding.severity).max() {
        Some(Severity::Must) => Verdict::Failed,
        Some(Severity::Should) => Verdict::Warning,
        _ if severity == Severity::Info => Verdict::Info,
        _ => Verdict::Passed,
    }
}
