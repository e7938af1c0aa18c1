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
    Survived,
    /// Scenarios failed of which no baseline knows.
    Failed {
        /// Their ids.
        news: Vec<String>,
    },
    /// Nothing failed, but scenarios could not be set up.
    BrokenSetUp,
}

/// How many scenarios there are of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All expectations held.
    pub passed: usize,
    /// Nothing was to hold.
    pub observed: usize,
    /// Something that should hold did not, and that does not fail.
    pub warned: usize,
    /// They failed, and no baseline knows of it.
    pub failed: usize,
    /// They failed, as a baseline says.
    pub known: usize,
    /// They could not be set up.
    pub broken: usize,
    /// They do not concern the client.
    pub not_applicable: usize,
    /// They cannot be run yet.
    pub not_yet: usize,
}

impl Report {
    /// What it comes to; a failure that a baseline knows of is none.
    pub fn outcome(&self, strictness: Strictness) -> Outcome {
        let news = self.news(strictness).map(|scenario| scenario.id.clone());
        let news: Vec<_> = news.collect();
        if !news.is_empty() {
            return Outcome::Failed { news };
        }
        let mut scenarios = self.scenarios.iter();
        if scenarios.any(|scenario| scenario.verdict == Verdict::BrokenSetUp) {
            return Outcome::BrokenSetUp;
        }
        Outcome::Survived
    }

    /// The scenarios that failed, those that a baseline knows of among them.
    pub fn failed(&self, strictness: Strictness) -> impl Iterator<Item = &ScenarioReport> {
        let fails = move |scenario: &&ScenarioReport| scenario.verdict.fails(strictness);
        self.scenarios.iter().filter(fails)
    }

    /// The scenarios that failed, and no baseline knows of it.
    pub fn news(&self, strictness: Strictness) -> impl Iterator<Item = &ScenarioReport> {
        self.failed(strictness).filter(|scenario| !scenario.known)
    }

    /// How many scenarios there are of each verdict.
    pub fn counts(&self, strictness: Strictness) -> Counts {
        let mut counts = Counts {
            not_yet: self.not_yet.len(),
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
            verdict if verdict.fails(strictness) && scenario.known => &mut self.known,
            verdict if verdict.fails(strictness) => &mut self.failed,
            Verdict::NotApplicable => &mut self.not_applicable,
            Verdict::Pass => &mut self.passed,
            Verdict::Observed => &mut self.observed,
            Verdict::Warn | Verdict::Fail => &mut self.warned,
            Verdict::BrokenSetUp => &mut self.broken,
        }
    }

    /// Each number that is not 0, with its word, the gravest first.
    pub(super) fn told(&self) -> String {
        let all = [
            (self.failed, "failed"),
            (self.broken, "broken"),
            (self.known, "known to fail"),
            (self.warned, "warned"),
            (self.passed, "passed"),
            (self.observed, "observed"),
            (self.not_applicable, "not applicable"),
            (self.not_yet, "not yet"),
        ];
        let told = all.iter().filter(|(n, _)| *n > 0);
        let told: Vec<_> = told.map(|(n, word)| format!("{n} {word}")).collect();
        told.join(", ")
    }
}

impl Outcome {
    /// In one word for people.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Outcome::Survived => "SURVIVED",
            Outcome::Failed { .. } => "FAILED",
            Outcome::BrokenSetUp => "BROKEN SET-UP",
        }
    }
}

impl Verdict {
    /// As it is written in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::NotApplicable => "not_applicable",
            Verdict::Pass => "pass",
            Verdict::Observed => "observed",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
            Verdict::BrokenSetUp => "broken_set_up",
        }
    }

    /// Whether it is a failure of the client, known or not.
    pub fn fails(self, strictness: Strictness) -> bool {
        match strictness {
            Strictness::Must => self == Verdict::Fail,
            Strictness::Should => matches!(self, Verdict::Fail | Verdict::Warn),
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
    pub(super) fn broken_findings(&self) -> Vec<&Finding> {
        let mut broken: Vec<_> = self.findings.iter().filter(|found| !found.held).collect();
        broken.sort_by_key(|found| std::cmp::Reverse(found.severity));
        broken
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
        let news = |ids: &[&str]| Outcome::Failed {
            news: ids.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(
            report.outcome(Strictness::Must),
            news(&["EXP-04", "TOK-02"])
        );
        let strict = news(&["EXP-04", "TOK-02", "EXP-05"]);
        assert_eq!(report.outcome(Strictness::Should), strict);
        for scenario in &mut report.scenarios {
            scenario.known = scenario.verdict.fails(Strictness::Must);
        }
        assert_eq!(report.outcome(Strictness::Must), Outcome::BrokenSetUp);
        report
            .scenarios
            .retain(|scenario| scenario.verdict != Verdict::BrokenSetUp);
        assert_eq!(report.outcome(Strictness::Must), Outcome::Survived);
        assert_eq!(report.outcome(Strictness::Should), news(&["EXP-05"]));
    }

    #[test]
    fn each_scenario_is_counted_once() {
        let report = sample::report();
        let counts = report.counts(Strictness::Must);
        let told = "2 failed, 1 broken, 1 known to fail, 1 warned, 1 passed, 1 observed, 1 not applicable, 1 not yet";
        assert_eq!(counts.told(), told);
        let strict = report.counts(Strictness::Should);
        assert_eq!((strict.failed, strict.warned), (3, 0));
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
