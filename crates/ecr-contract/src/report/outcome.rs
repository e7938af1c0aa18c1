//! The outcome of a run, and the numbers of scenarios by verdict.

use crate::report::{CaseReport, Finding, Report, ScenarioReport, Verdict};

/// The lowest severity of an expectation whose failure fails the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// The run fails only if an expectation of severity `must` fails and the failure is not in the baseline.
    #[default]
    Must,
    /// The run fails only if an expectation of severity `must` or `should` fails and the failure is not in the baseline.
    Should,
}

/// The outcome of a run. The exit code of `mock-ecr contract` depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No scenario has a set-up error, and all failed scenarios are in the baseline.
    Passed,
    /// At least one failed scenario is not in the baseline. There may also be set-up errors.
    Failed {
        /// The IDs of these scenarios.
        new_failures: Vec<String>,
    },
    /// At least one scenario has a set-up error, and all failed scenarios are in the baseline. A scenario in which a case has a set-up
    /// error does not count as failed, even if another case failed.
    SetUpError,
}

/// The numbers of scenarios by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of scenarios in which no expectation of severity `must` or `should` failed. Scenarios of severity
    /// `info` are not included.
    pub passed: usize,
    /// The number of scenarios of severity `info`.
    pub info: usize,
    /// The number of scenarios in which an expectation of severity `should` failed and no expectation of severity `must`
    /// failed. With [`Strictness::Should`], these scenarios are counted in `failed` or `known_failures` instead.
    pub warnings: usize,
    /// The number of scenarios that failed and are not in the baseline.
    pub failed: usize,
    /// The number of scenarios that failed and are in the baseline.
    pub known_failures: usize,
    /// The number of scenarios that could not be set up.
    pub set_up_errors: usize,
    /// The number of scenarios that do not apply to the client, or cannot be run on this system.
    pub not_applicable: usize,
    /// The number of scenarios that were skipped. See [`Report::skipped`].
    pub skipped: usize,
}

impl Report {
    /// Returns the outcome of the run. Failures in the baseline are ignored; call [`Baseline::apply`](crate::baseline::Baseline::apply)
    /// first.
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

    /// Returns the failed scenarios, including the known failures.
    pub fn failed(&self, strictness: Strictness) -> impl Iterator<Item = &ScenarioReport> {
        let fails = move |scenario: &&ScenarioReport| scenario.verdict.fails(strictness);
        self.scenarios.iter().filter(fails)
    }

    /// Returns the failed scenarios that are not in the baseline.
    pub fn new_failures(&self, strictness: Strictness) -> impl Iterator<Item = &ScenarioReport> {
        self.failed(strictness).filter(|scenario| !scenario.known)
    }

    /// Returns the numbers of scenarios by verdict.
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

    /// Returns a list of the numbers that are not 0. The most severe verdict is first.
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
    /// Returns the outcome in capital letters, for people.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Outcome::Passed => "PASSED",
            Outcome::Failed { .. } => "FAILED",
            Outcome::SetUpError => "SET-UP ERROR",
        }
    }
}

impl Verdict {
    /// Returns the name in JSON.
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

    /// Returns whether a scenario or a case with this verdict counts as failed.
    pub fn fails(self, strictness: Strictness) -> bool {
        match strictness {
            Strictness::Must => self == Verdict::Failed,
            Strictness::Should => matches!(self, Verdict::Failed | Verdict::Warning),
        }
    }
}

impl ScenarioReport {
    /// Returns the sentences for the author of the client if the scenario failed or has a warning.
    pub(super) fn advice(&self) -> &[String] {
        match (self.verdict.fails(Strictness::Should), &self.fix) {
            (true, Some(fix)) => fix,
            _ => &[],
        }
    }

    /// Returns `, suite N`, or nothing for an additional scenario that states no suite.
    pub(super) fn suite_text(&self) -> String {
        let text = self.suite.map(|number| format!(", suite {number}"));
        text.unwrap_or_default()
    }

    /// Returns the first case that has the same verdict as the scenario.
    pub(super) fn worst(&self) -> Option<&CaseReport> {
        self.cases.iter().find(|case| case.verdict == self.verdict)
    }
}

impl CaseReport {
    /// Returns the failed findings. The most severe findings are first.
    pub(super) fn failed_findings(&self) -> Vec<&Finding> {
        let mut failed: Vec<_> = self.findings.iter().filter(|found| !found.passed).collect();
        failed.sort_by_key(|found| std::cmp::Reverse(found.severity));
        failed
    }

    /// Returns `ID/CASE`, or the ID of the scenario if the case has no name.
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
    fn a_failure_is_new_unless_it_is_in_the_baseline() {
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
    fn names_are_the_same_as_in_json() {
        for scenario in sample::report().scenarios {
            let verdict = serde_json::to_value(scenario.verdict).unwrap();
            assert_eq!(verdict, scenario.verdict.name());
            let severity = serde_json::to_value(scenario.severity).unwrap();
            assert_eq!(severity, scenario.severity.name());
        }
    }
}
