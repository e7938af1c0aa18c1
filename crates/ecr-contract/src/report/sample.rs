//! A sample report for tests. It contains every verdict, several cases, and hostile text.

use crate::SuiteNumber;
use crate::client_type::ClientType;
use crate::report::{
    Calibration, CaseReport, ClientRun, Event, EventExplanation, EventKind, ExplanationLevel,
    Finding, Report, ScenarioReport, Severity, SkippedScenario, Verdict,
};

/// A text that makes the output of each format invalid if it is not escaped.
pub(super) const HOSTILE: &str = "<script>alert(1)</script> ]]> \x1b[31mred\x1b[0m & \"quoted\" 'single' | `tick` @team # hash\n---\n...\nnot ok 99 - forged\n\u{202e}grün 日本語 \u{fffe}\0\n::error::forged ##vso[task.complete] ##teamcity[testFailed name='forged']\n  ::warning::forged\n##[error]forged\nsection_start:1700000000:forged\r\x1b[0K\nsection_end:1700000000:forged\r\x1b[0K\n--- forged\n+++ forged\n~~~ forged\n^^^ +++\n\x1b]1338;url=forged\x07";

/// Returns a report with every verdict, a known failure and a skipped scenario.
pub(crate) fn report() -> Report {
    Report {
        version: "0.1.0".into(),
        suite: SuiteNumber::FIRST,
        client_type: ClientType::DockerCredential,
        client: vec!["docker-credential-ecr-login".into(), HOSTILE.into()],
        redirect: "env".into(),
        sandboxed: true,
        seed: "contract".into(),
        took_ms: 23_412,
        calibration: Calibration {
            startup_ms: Some(120),
            attempts: Some(5),
            attempts_ms: Some(7512),
            jobs: 16,
            cores: 2,
            longest_factor: 1,
        },
        scenarios: scenarios(),
        skipped: vec![SkippedScenario {
            id: "HST-05".into(),
            suite: Some(SuiteNumber::FIRST),
            title: "Logs in to ECR Public.".into(),
            reason: format!("ECR Public {HOSTILE}"),
        }],
        later: vec!["NEW-01".into(), "NEW-02".into()],
    }
}

/// Returns `report` with `n` failures that differ from each other.
pub(super) fn with_failures(n: usize) -> Report {
    let mut report = report();
    report
        .scenarios
        .retain(|one| one.verdict == Verdict::Passed);
    report.scenarios.extend((1..=n).map(|i| {
        let mut scenario = scenario(&format!("BAD-{i:02}"), Verdict::Failed);
        scenario.cases[0].findings[1].observed = format!("exit {i}");
        scenario
    }));
    report
}

fn scenarios() -> Vec<ScenarioReport> {
    let mut known = scenario("EXP-06", Verdict::Failed);
    known.known = true;
    let mut cased = scenario("TOK-02", Verdict::Failed);
    cased.title = HOSTILE.into();
    cased.fix = Some([HOSTILE.into(), HOSTILE.into()]);
    cased.why = vec![
        "javascript:alert(1)".into(),
        format!("https://example.test/\"><b>{HOSTILE}"),
    ];
    cased.cases = vec![
        CaseReport {
            name: Some("in-the-middle".into()),
            ..hostile()
        },
        CaseReport {
            name: Some("twice".into()),
            ..case(Verdict::Passed)
        },
        CaseReport {
            name: Some("at its <end>".into()),
            ..hostile()
        },
    ];
    vec![
        scenario("TOK-01", Verdict::Passed),
        scenario("EXP-04", Verdict::Failed),
        cased,
        known,
        scenario("EXP-05", Verdict::Warning),
        scenario("EXP-11", Verdict::Info),
        scenario("KCP-01", Verdict::NotApplicable),
        scenario("NET-04", Verdict::SetUpError),
    ]
}

/// Returns a scenario with one case.
pub(crate) fn scenario(id: &str, verdict: Verdict) -> ScenarioReport {
    ScenarioReport {
        id: id.into(),
        suite: Some(SuiteNumber::FIRST),
        title: "Returns no expired token while the API is down.".into(),
        severity: match verdict {
            Verdict::Warning => Severity::Should,
            Verdict::Info => Severity::Info,
            _ => Severity::Must,
        },
        why: vec!["https://github.com/awslabs/amazon-ecr-credential-helper/issues/679".into()],
        fix: Some([
            "The client does not read expiresAt.".into(),
            "Compare expiresAt with the current time.".into(),
        ]),
        verdict,
        known: false,
        cases: vec![case(verdict)],
    }
}

fn case(verdict: Verdict) -> CaseReport {
    let reason = match verdict {
        Verdict::NotApplicable => Some("requires client type kubelet"),
        Verdict::SetUpError => Some("cannot start the client: No such file or directory"),
        _ => None,
    };
    CaseReport {
        name: None,
        verdict,
        reason: reason.map(str::to_owned),
        took_ms: 1234,
        findings: findings(verdict),
        runs: vec![run()],
        timeline: timeline(),
        repeat: "mock-ecr contract --client-type docker-credential --redirect env --seed contract --scenario EXP-04 -- docker-credential-ecr-login".into(),
    }
}

fn hostile() -> CaseReport {
    let mut case = case(Verdict::Failed);
    case.findings[1].expected = HOSTILE.into();
    case.findings[1].observed = format!("{HOSTILE}{}", "long".repeat(200));
    case.runs[0].stdin = HOSTILE.into();
    case.runs[0].stdout = HOSTILE.into();
    case.runs[0].stderr = format!("{}\n{HOSTILE}", "wide ".repeat(100));
    case.runs[0].command = format!("helper {HOSTILE}");
    case.timeline[1].text = HOSTILE.into();
    if let Some(explanation) = &mut case.timeline[4].explanation {
        explanation.text = format!("::error::forged {HOSTILE}");
        explanation.advice = Some(format!("::error::forged {HOSTILE}"));
    }
    case.repeat = format!("mock-ecr contract -- '{HOSTILE}'");
    case
}

fn findings(verdict: Verdict) -> Vec<Finding> {
    let severity = match verdict {
        Verdict::NotApplicable | Verdict::SetUpError => return Vec::new(),
        Verdict::Warning => Severity::Should,
        Verdict::Info => Severity::Info,
        Verdict::Passed | Verdict::Failed => Severity::Must,
    };
    let finding = |expectation: &str, expected: &str, observed: &str, passed| Finding {
        step: 2,
        severity,
        expectation: expectation.into(),
        expected: expected.into(),
        observed: observed.into(),
        passed,
    };
    let passed = !matches!(verdict, Verdict::Warning | Verdict::Failed);
    vec![
        finding(
            "requests",
            "1 to 10 calls of GetAuthorizationToken",
            "3 calls",
            true,
        ),
        finding("exit", "not 0", if passed { "1" } else { "0" }, passed),
        finding(
            "secret",
            "none",
            if passed {
                "none"
            } else {
                "the secret of step 1, which had expired 24 h before"
            },
            passed,
        ),
    ]
}

fn run() -> ClientRun {
    ClientRun {
        step: 2,
        command: "docker-credential-ecr-login get".into(),
        stdin: "123456789012.dkr.ecr.us-east-1.amazonaws.com".into(),
        end: "exit 0".into(),
        stdout: "{\"ServerURL\":\"…\",\"Username\":\"AWS\",\"Secret\":\"[masked]\"}\n".into(),
        stderr: String::new(),
        at_ms: 100,
        took_ms: 950,
    }
}

fn timeline() -> Vec<Event> {
    let event = |at_ms, took_ms, kind, text: &str, status| Event {
        at_ms,
        took_ms,
        kind,
        text: text.into(),
        status,
        explanation: None,
    };
    vec![
        event(0, 0, EventKind::Mock, "the clock moves by 24 h", None),
        event(
            100,
            950,
            EventKind::Client,
            "get 123456789012.dkr.ecr.us-east-1.amazonaws.com",
            None,
        ),
        Event {
            explanation: Some(fault()),
            ..event(180, 4, EventKind::Api, "GetAuthorizationToken", Some(500))
        },
        event(420, 5, EventKind::Api, "GetAuthorizationToken", Some(200)),
        Event {
            explanation: Some(rejection()),
            ..event(900, 0, EventKind::Registry, "GET /v2/", Some(401))
        },
        event(1100, 134, EventKind::Wait, "134 ms", None),
    ]
}

fn fault() -> EventExplanation {
    EventExplanation {
        kind: "fault_error".into(),
        level: ExplanationLevel::Warning,
        text: "Fault 0 returned ServerException.".into(),
        advice: None,
    }
}

fn rejection() -> EventExplanation {
    EventExplanation {
        kind: "wrong_user".into(),
        level: ExplanationLevel::Error,
        text: "The user is bob; ECR expects AWS.".into(),
        advice: Some("Log in with the user AWS.".into()),
    }
}
