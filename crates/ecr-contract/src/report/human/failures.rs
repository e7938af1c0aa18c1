//! Writes the failures, up to a maximum number of lines that fit on one screen.

use crate::report::human::layout::{EXPECTED_COLUMN, ids};
use crate::report::human::screen::Screen;
use crate::report::{CaseReport, Finding, Report, ScenarioReport, Strictness, Verdict, sanitize};

#[derive(Clone, Copy)]
pub(super) struct Failures<'a> {
    pub(super) report: &'a Report,
    pub(super) strictness: Strictness,
    pub(super) screen: Screen,
}

impl<'a> Failures<'a> {
    /// Returns the set-up errors, grouped by the reason. Often, all set-up errors have the same reason.
    pub(super) fn set_up_errors(&self) -> Vec<String> {
        let failed = self.report.scenarios.iter().filter_map(|scenario| {
            let is_set_up_error = scenario.verdict == Verdict::SetUpError;
            let case = scenario.worst().filter(|_| is_set_up_error)?;
            let reason = case.reason.as_deref().unwrap_or("no reason given");
            Some((reason.to_owned(), scenario))
        });
        let mut lines = Vec::new();
        for (reason, scenarios) in grouped(failed) {
            let text = format!("{}: {reason}", ids(&scenarios));
            lines.extend(self.title(Verdict::SetUpError, "SET-UP ERROR", &text));
            if let Some(case) = scenarios[0].worst() {
                lines.extend(self.screen.evidence(&[], &case.repeat));
            }
        }
        lines
    }

    /// Returns the first failures with all details, as many as fit on one screen, and then the IDs of the other failures.
    pub(super) fn new_failures(&self) -> Vec<String> {
        let new_failures = self.report.new_failures(self.strictness);
        let new_failures = new_failures.map(|scenario| (symptom(scenario), scenario));
        let mut lines = Vec::new();
        let mut others = Vec::new();
        for (at, (_, scenarios)) in grouped(new_failures).into_iter().enumerate() {
            let block = self.failure(&scenarios);
            let fits = at < MAX_FAILURES && lines.len() + block.len() <= MAX_FAILURE_LINES;
            if at == 0 || (fits && others.is_empty()) {
                lines.extend(block);
            } else {
                others.extend(scenarios);
            }
        }
        if !others.is_empty() {
            let more = format!("{} more: {}", others.len(), ids(&others));
            lines.extend(self.title(Verdict::Failed, "FAIL", &more));
        }
        lines
    }

    /// Returns the lines of a failure, with the IDs of the other scenarios that have the same failed findings.
    fn failure(&self, scenarios: &[&'a ScenarioReport]) -> Vec<String> {
        let (scenario, others) = scenarios.split_first().expect("a group is not empty");
        let title = format!("{} {}", scenario.id, scenario.title);
        let mut lines = self.title(scenario.verdict, "FAIL", &title);
        let Some(case) = scenario.worst() else {
            return lines;
        };
        lines.extend(failing_cases(self.screen, scenario));
        let failed = case.failed_findings();
        let shown = failed.iter().take(MAX_FINDINGS);
        lines.extend(shown.flat_map(|found| finding(self.screen, found)));
        if failed.len() > MAX_FINDINGS {
            let more = failed.len() - MAX_FINDINGS;
            lines.extend(
                self.screen
                    .labelled("", &format!("and {more} more failed expectations")),
            );
        }
        let advice = self.screen.advice(scenario);
        lines.extend(advice.into_iter().take(MAX_ADVICE_LINES));
        let why = &scenario.why[..scenario.why.len().min(MAX_LINKS)];
        lines.extend(self.screen.evidence(why, &case.repeat));
        if !others.is_empty() {
            lines.extend(self.screen.labelled("  also", &ids(others)));
        }
        lines
    }

    fn title(&self, verdict: Verdict, word: &str, text: &str) -> Vec<String> {
        self.screen
            .titled(|word| self.screen.colour.verdict(verdict, word), word, text)
    }
}

const MAX_FAILURES: usize = 6;
const MAX_FAILURE_LINES: usize = 40;
const MAX_ADVICE_LINES: usize = 6;
const MAX_FINDINGS: usize = 2;
const MAX_LINKS: usize = 2;
const MAX_ROWS: usize = 2;

/// Groups scenarios by a key. The order of the scenarios is preserved.
fn grouped<'a>(
    keyed: impl Iterator<Item = (String, &'a ScenarioReport)>,
) -> Vec<(String, Vec<&'a ScenarioReport>)> {
    let mut groups: Vec<(String, Vec<_>)> = Vec::new();
    for (key, scenario) in keyed {
        match groups.iter_mut().find(|(group, _)| *group == key) {
            Some((_, scenarios)) => scenarios.push(scenario),
            None => groups.push((key, vec![scenario])),
        }
    }
    groups
}

/// Returns a key that is derived from the failed findings. If a client does not work at all, the key is the same in all scenarios.
fn symptom(scenario: &ScenarioReport) -> String {
    let failed = scenario.worst().map(CaseReport::failed_findings);
    match failed.unwrap_or_default().as_slice() {
        // A scenario without failed findings is not grouped with other scenarios.
        [] => scenario.id.clone(),
        failed => {
            let parts = failed.iter().map(|found| {
                format!(
                    "{}\0{}\0{}\0",
                    found.expectation, found.expected, found.observed
                )
            });
            parts.collect()
        }
    }
}

/// Returns the lines of a finding: the key of the expectation, the expected value and the observed value.
fn finding(screen: Screen, found: &Finding) -> Vec<String> {
    let name = sanitize::clip(&sanitize::line(&found.expectation), EXPECTED_COLUMN - 3);
    let mut rows = screen.side_by_side(found, MAX_ROWS);
    rows[0].replace_range(
        ..EXPECTED_COLUMN,
        &format!("  {name:<width$}", width = EXPECTED_COLUMN - 2),
    );
    rows
}

/// Returns the lines with the names of the failed cases. Returns no lines if the cases have no names.
fn failing_cases(screen: Screen, scenario: &ScenarioReport) -> Vec<String> {
    let failing = scenario
        .cases
        .iter()
        .filter(|case| case.verdict == scenario.verdict);
    let names: Vec<_> = failing.filter_map(|case| case.name.as_deref()).collect();
    match names.as_slice() {
        [] => Vec::new(),
        [only] => screen.labelled("  case", only),
        [first, rest @ ..] => {
            screen.labelled("  case", &format!("{first}; also {}", rest.join(", ")))
        }
    }
}
