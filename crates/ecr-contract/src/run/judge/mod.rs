//! Expectations held against what was seen.

mod asked;
mod kept;
mod said;

use std::fmt::Display;

use crate::client::{Login, Outcome};
use crate::report::{Finding, Severity, Verdict};
use crate::run::evidence::Seen;
use crate::scenario::Expect;
use crate::testbed::Stage;

/// What there is to judge: a step, or the whole run.
pub(crate) struct Scene<'s> {
    pub(crate) stage: &'s Stage,
    pub(crate) outcomes: &'s [&'s Outcome],
    pub(crate) seen: &'s [Seen],
    /// The login that was handed out before.
    pub(crate) last_login: Option<&'s Login>,
    /// What a client that goes on running has written to stderr.
    pub(crate) stderr: &'s [u8],
}

/// What was expected and what was seen, of one thing.
struct Held {
    expectation: &'static str,
    expected: String,
    observed: String,
    held: bool,
}

impl Held {
    fn new(
        expectation: &'static str,
        expected: impl Display,
        observed: impl Display,
        held: bool,
    ) -> Self {
        Held {
            expectation,
            expected: expected.to_string(),
            observed: observed.to_string(),
            held,
        }
    }
}

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
