//! The explanations of rejected requests and faults in the reports of `mock-ecr contract`.

use ecr_contract::ClientType;
use ecr_contract::report::{Event, EventExplanation, ExplanationLevel, Report};

use crate::suite::{Suite, mutant};

/// Returns the report of an image tool with a fault in one scenario.
fn report(fault: &str, scenario: &str) -> Report {
    let client = [&*mutant(), "--fault", fault, "image-tool", "{image}"];
    let suite = Suite::of(ClientType::ImageTool, &client);
    suite.with(&["--scenario", scenario]).report()
}

/// Returns the explanations of the events of the first case.
fn explanations(report: &Report) -> Vec<&EventExplanation> {
    let events = report.scenarios[0].cases[0].timeline.iter();
    let explained = events.filter_map(|event: &Event| event.explanation.as_ref());
    explained.collect()
}

#[test]
fn a_rejected_request_is_explained_with_advice_for_the_client() {
    let report = report("ignores-403", "REG-01");
    let explanations = explanations(&report);
    let [rejected] = &*explanations else {
        panic!("{explanations:?}")
    };
    assert_eq!(rejected.kind, "token_expired");
    assert_eq!(rejected.level, ExplanationLevel::Error);
    assert!(
        rejected.text.starts_with("The token expired 1 min before"),
        "{rejected:?}"
    );
    let advice = rejected.advice.as_deref();
    assert_eq!(advice, Some("Request a new token and retry once."));
}

/// The mock advises its user to advance a frozen clock. A client cannot do so.
#[test]
fn the_advice_about_a_mock_is_not_in_the_report() {
    let report = report("never-renews", "EXP-12");
    let explanations = explanations(&report);
    assert_eq!(explanations[0].kind, "token_revoked");
    assert_eq!(explanations[0].advice, None);
}

#[test]
fn a_fault_of_the_scenario_is_explained() {
    let report = report("never-renews", "EXP-13");
    let explanations = explanations(&report);
    let fault = explanations.last().unwrap();
    assert_eq!(
        (&*fault.kind, fault.level),
        ("fault_expired", ExplanationLevel::Warning)
    );
    let text = "Fault 0 rejected a valid token as expired, 11 h 59 min before its expiry.";
    assert_eq!(fault.text, text);
}
