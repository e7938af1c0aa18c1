//! What a report comes to: who failed, whether that is news, and how many of each there are.

use crate::report::{CaseReport, Finding, Report, ScenarioReport, Verdict};

/// How much must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// What must hold.
    #[default]
    Must,
    /// What should hold as well.
    Should,
}

/// What a run comes to, and so how the program ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All that counts held, or no baseline-less failure is left.
    Passed,
    /// Scenarios failed of which no baseline knows.
    Failed {
        /// Their ids.
        new_failures: Vec<String>,
    },
    /// Nothing failed, but scenarios could not be set up.
    SetUpError,
}

/// How many scenarios there are of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All expectations held.
    pub passed: usize,
    /// Nothing was to hold.
    pub info: usize,
    /// Something that should hold did not, and that does not fail.
    pub warnings: usize,
    /// They failed, and no baseline knows of it.
    pub failed: usize,
    /// They failed, as a baseline says.
    pub known_failures: usize,
    /// They could not be set up.
    pub set_up_errors: usize,
    /// They do not concern the client.
    pub not_applicable: usize,
    /// They cannot be run yet.
    pub skipped: usize,
}

impl Report {
    /// What it comes to; a failure that a baseline knows of is none.
    pub fn outcome(&self, strictness: Strictness) -> Outcome {
        let new_failures = self
            .new_failures(strictness)
            .map(|scenario| scenario.id.clone());
        let new_failures: Vec<_> = new_failures.collect();
        if !new_failures.is_empty() {
            return Outcome::Failed { new_failures };
        }
        let mut scenarios = self.scenarios.iter();
        if scenarios.any(|scenario| scenario.verdict == Verdict::SetUpError) {
            return Outcome::SetUpError;
        }
        Outcome::Passed
    }

    /// The scenarios that failed, those that a baseline knows of among them.
    pub fn failed(&self, strictness: Strictness) -> impl Iterator<Item = &ScenarioReport> {
        let fails = move |scenario: &&ScenarioReport| scenario.verdict.fails(strictness);
        self.scenarios.iter().filter(fails)
    }

    /// The scenarios that failed, and no baseline knows of it.
    pub fn new_failures(&self, strictness: Strictness) -> impl Iterator<Item = &ScenarioReport> {
        self.failed(strictness).filter(|scenario| !scenario.known)
    }

    /// How many scenarios there are of each verdict.
    pub fn counts(&self, strictness: Strictness) -> Counts {
        let mut counts = Counts {
            skipped: self.skipped.len(),
            ..Counts::default()
        };
        for scenario in &self.scenarios {
            *counts.of(scenario, strictness) += 1;
        }
        counts
    }
}

impl Counts {
    fn of(&mut self, scenario: &ScenarioReport, strictness: Strictness) -> &mut usize {
        match scenario.verdict {
            verdict if verdict.fails(strictness) && scenario.known => &mut self.known_failures,
            verdict if verdict.fails(strictness) => &mut self.failed,
            Verdict::NotApplicable => &mut self.not_applicable,
            Verdict::Passed => &mut self.passed,
            Verdict::Info => &mut self.info,
            Verdict::Warning | Verdict::Failed => &mut self.warnings,
            Verdict::SetUpError => &mut self.set_up_errors,
        }
    }

    /// Each number that is not 0, with its word, the gravest first.
    pub(super) fn summary(&self) -> String {
        let all = [
            (self.failed, "failed", "failed"),
            (self.set_up_errors, "set-up error", "set-up errors"),
            (self.known_failures, "known failure", "known failures"),
            (self.warnings, "warning", "warnings"),
            (self.passed, "passed", "passed"),
            (self.info, "info", "info"),
            (self.not_applicable, "not applicable", "not applicable"),
            (self.skipped, "skipped", "skipped"),
        ];
        let counted = all.iter().filter(|(n, _, _)| *n > 0);
        let counted: Vec<_> = counted
            .map(|(n, one, several)| format!("{n} {}", if *n == 1 { one } else { several }))
            .collect();
        counted.join(", ")
    }
}

impl Outcome {
    /// In one word for people.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Outcome::Passed => "PASSED",
            Outcome::Failed { .. } => "FAILED",
            Outcome::SetUpError => "SET-UP ERROR",
        }
    }
}

impl Verdict {
    /// As it is written in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::NotApplicable => "not_applicable",
            Verdict::Passed => "passed",
            Verdict::Info => "info",
            Verdict::Warning => "warning",
            Verdict::Failed => "failed",
            Verdict::SetUpError => "set_up_error",
        }
    }

    /// Whether it is a failure of the client, known or not.
    pub fn fails(self, strictness: Strictness) -> bool {
        match strictness {
            Strictness::Must => self == Verdict::Failed,
            Strictness::Should => matches!(self, Verdict::Failed | Verdict::Warning),
        }
    }
}

impl ScenarioReport {
    /// The case that its verdict comes from.
    pub(super) fn worst(&self) -> Option<&CaseReport> {
        self.cases.iter().find(|case| case.verdict == self.verdict)
    }
}

impl CaseReport {
    /// What did not hold, the gravest first.
    pub(super) fn failed_findings(&self) -> Vec<&Finding> {
        let mut failed: Vec<_> = self.findings.iter().filter(|found| !found.passed).collect();
        failed.sort_by_key(|found| std::cmp::Reverse(found.severity));
        failed
    }

    /// The scenario's id, and its own name where there is one.
    pub(super) fn full_id(&self, scenario: &ScenarioReport) -> String {
        match &self.name {
            Some(name) => format!("{}/{name}", scenario.id),
            None => scenario.id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_failure_is_news_until_a_baseline_knows_of_it() {
        let mut report = sample::report();
        let new_failures = |ids: &[&str]| Outcome::Failed {
            new_failures: ids.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(
            report.outcome(Strictness::Must),
            new_failures(&["EXP-04", "TOK-02"])
        );
        let strict = new_failures(&["EXP-04", "TOK-02", "EXP-05"]);
        assert_eq!(report.outcome(Strictness::Should), strict);
        for scenario in &mut report.scenarios {
            scenario.known = scenario.verdict.fails(Strictness::Must);
        }
        assert_eq!(report.outcome(Strictness::Must), Outcome::SetUpError);
        report
            .scenarios
            .retain(|scenario| scenario.verdict != Verdict::SetUpError);
        assert_eq!(report.outcome(Strictness::Must), Outcome::Passed);
        assert_eq!(
            report.outcome(Strictness::Should),
            new_failures(&["EXP-05"])
        );
    }

    #[test]
    fn each_scenario_is_counted_once() {
        let report = sample::report();
        let counts = report.counts(Strictness::Must);
        let summary = "2 failed, 1 set-up error, 1 known failure, 1 warning, 1 passed, 1 info, 1 not applicable, 1 skipped";
        assert_eq!(counts.summary(), summary);
        let strict = report.counts(Strictness::Should);
        assert_eq!((strict.failed, strict.warnings), (3, 0));
    }

    #[test]
    fn names_are_those_of_json() {
        for scenario in sample::report().scenarios {
            let verdict = serde_json::to_value(scenario.verdict).unwrap();
            assert_eq!(verdict, scenario.verdict.name());
            let severity = serde_json::to_value(scenario.severity).unwrap();
            assert_eq!(severity, scenario.severity.name());
        }
    }
}
