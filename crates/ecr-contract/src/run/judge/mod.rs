//! Expectations held against what was seen.

mod asked;
mod kept;
mod said;
mod scene;

use crate::report::{Finding, Severity, Verdict};
use crate::scenario::Expect;

pub(crate) use scene::Scene;

impl Scene<'_> {
    pub(crate) fn judge(&self, expect: &Expect, severity: Severity, step: usize) -> Vec<Finding> {
        let said = self.said(expect);
        let all = said
            .into_iter()
            .chain(self.asked(expect))
            .chain(self.kept(expect));
        all.map(|held| Finding {
            step,
            severity,
            expectation: held.expectation.to_owned(),
            expected: held.expected,
            observed: held.observed,
            held: held.held,
        })
        .collect()
    }
}

/// What the findings of a run amount to.
pub(crate) fn verdict(severity: Severity, findings: &[Finding]) -> Verdict {
    let broken = findings.iter().filter(|finding| !finding.held);
    match broken.map(|finding| finding.severity).max() {
        Some(Severity::Must) => Verdict::Fail,
        Some(Severity::Should) => Verdict::Warn,
        _ if severity == Severity::Observe => Verdict::Observed,
        _ => Verdict::Pass,
    }
}
