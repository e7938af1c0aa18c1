//! The failed expectations of a report. The program of the real clients uses this file too.

use ecr_contract::report::{CaseReport, Finding, ScenarioReport};

/// Returns the failed expectations, one line each.
pub(crate) fn failures(scenario: &ScenarioReport) -> Vec<String> {
    let of_case = |case: &CaseReport| {
        let name = case
            .name
            .clone()
            .map(|name| format!("/{name}"))
            .unwrap_or_default();
        let id = format!("{}{name}", scenario.id);
        let reason = case.reason.iter().map(|reason| format!("{id}: {reason}"));
        let failures = case.findings.iter().filter(|finding| !finding.passed);
        let failed = failures.map(|finding| describe(&id, finding));
        reason.chain(failed).collect::<Vec<_>>()
    };
    scenario.cases.iter().flat_map(of_case).collect()
}

fn describe(id: &str, finding: &Finding) -> String {
    let Finding {
        step,
        expectation,
        expected,
        observed,
        ..
    } = finding;
    format!("{id} step {step} {expectation}: expected {expected}, observed {observed}")
}
