//! Compares the recorded result of a case with the observed one.

use serde_json::Value;

use super::case::{Case, Sent};
use super::deviations::Level;
use super::program::ProgramOutput;
use super::workspace::Workspace;
use crate::stub::Request;

/// The compared parts of a run.
pub(super) struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    /// The requests without the headers that name the program.
    wire: String,
}

/// A part of a run that differs from the record.
pub(super) struct Difference {
    pub(super) part: &'static str,
    pub(super) recorded: String,
    pub(super) observed: String,
}

impl Outcome {
    pub(super) fn recorded(case: &Case, workspace: &Workspace<'_>) -> Self {
        Self {
            code: Some(case.exit),
            stdout: workspace.fill(&case.stdout),
            stderr: workspace.fill(&case.stderr),
            wire: recorded_wire(&case.sent),
        }
    }

    pub(super) fn observed(output: ProgramOutput, requests: &[Request]) -> Self {
        Self {
            code: output.code,
            stdout: output.stdout,
            stderr: output.stderr,
            wire: observed_wire(requests),
        }
    }

    fn exit(&self) -> String {
        self.code.map_or("a signal".into(), |code| code.to_string())
    }

    fn has_stderr(&self) -> bool {
        !self.stderr.trim().is_empty()
    }
}

/// Returns the differences. The list is empty if the case passes.
pub(super) fn differences(recorded: &Outcome, observed: &Outcome, level: Level) -> Vec<Difference> {
    let mut found = match level {
        Level::Error => return error_differences(observed),
        Level::Exact => different("stderr", &recorded.stderr, &observed.stderr),
        Level::Wording if recorded.has_stderr() == observed.has_stderr() => Vec::new(),
        Level::Wording => different("stderr", &recorded.stderr, &observed.stderr),
    };
    found.extend(different("exit code", &recorded.exit(), &observed.exit()));
    found.extend(different("stdout", &recorded.stdout, &observed.stdout));
    found.extend(different("requests", &recorded.wire, &observed.wire));
    found
}

fn error_differences(observed: &Outcome) -> Vec<Difference> {
    let has_failed = observed
        .code
        .is_some_and(|code| ![0, PANIC].contains(&code));
    let is_stdout_empty = observed.stdout.trim().is_empty();
    let has_message = observed.has_stderr() && !observed.stderr.contains("panicked");
    let checks = [
        ("exit code", has_failed, "an error", observed.exit()),
        ("stdout", is_stdout_empty, "", observed.stdout.clone()),
        (
            "stderr",
            has_message,
            "an error message",
            observed.stderr.clone(),
        ),
    ];
    let failed = checks.into_iter().filter(|(_, passes, ..)| !passes);
    failed
        .map(|(part, _, expected, observed)| Difference {
            part,
            recorded: expected.into(),
            observed,
        })
        .collect()
}

fn different(part: &'static str, recorded: &str, observed: &str) -> Vec<Difference> {
    if recorded == observed {
        return Vec::new();
    }
    vec![Difference {
        part,
        recorded: recorded.into(),
        observed: observed.into(),
    }]
}

fn recorded_wire(sent: &Sent) -> String {
    if sent.times == 0 {
        return NO_REQUEST.into();
    }
    // A CONNECT request to a proxy has no target, signature and body.
    let is_call = sent.method == "POST";
    let call = |text: &'static str| if is_call { text } else { "" };
    let body = sent.body.as_deref().unwrap_or(call("{}"));
    let signed = sent.signed.as_deref();
    let lines = [
        ("requests", sent.times.to_string()),
        ("first", format!("{} {}", sent.method, sent.path)),
        ("target", call(TARGET).into()),
        (
            "signed",
            signed.unwrap_or(call("AKIDEXAMPLE/us-east-1/ecr")).into(),
        ),
        ("session", sent.session.clone().unwrap_or_default()),
        ("body", canonical(body)),
    ];
    joined(&lines)
}

fn observed_wire(requests: &[Request]) -> String {
    let Some(first) = requests.first() else {
        return NO_REQUEST.into();
    };
    let header = |name| first.header(name).unwrap_or_default().to_owned();
    joined(&[
        ("requests", requests.len().to_string()),
        ("first", format!("{} {}", first.method, first.target)),
        ("target", header("x-amz-target")),
        ("signed", first.scope().unwrap_or_default()),
        ("session", header("x-amz-security-token")),
        ("body", canonical(&first.body)),
    ])
}

/// Normalizes JSON.
fn canonical(body: &str) -> String {
    serde_json::from_str::<Value>(body).map_or(body.into(), |value| value.to_string())
}

fn joined(lines: &[(&str, String)]) -> String {
    let lines = lines
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"));
    lines.collect()
}

/// The exit code of a panic in Rust.
const PANIC: i32 = 101;

const NO_REQUEST: &str = "no request\n";
const TARGET: &str = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";

#[test]
fn each_level_allows_its_differences() {
    let outcome = |code, stdout: &str, stderr: &str| Outcome {
        code: Some(code),
        stdout: stdout.into(),
        stderr: stderr.into(),
        wire: String::new(),
    };
    let recorded = outcome(255, "", "\na\n");
    for (observed, exact, wording, error) in [
        (outcome(255, "", "\na\n"), true, true, true),
        (outcome(255, "", "\nb\n"), false, true, true),
        (outcome(254, "", "\na\n"), false, false, true),
        (outcome(255, "", "\n"), false, false, false),
        (outcome(255, "a\n", "\na\n"), false, false, false),
        (outcome(0, "", "\na\n"), false, false, false),
        (outcome(PANIC, "", "\na\n"), false, false, false),
    ] {
        let passes = |level| differences(&recorded, &observed, level).is_empty();
        assert_eq!(passes(Level::Exact), exact, "{:?}", observed.stderr);
        assert_eq!(passes(Level::Wording), wording, "{:?}", observed.stderr);
        assert_eq!(passes(Level::Error), error, "{:?}", observed.stderr);
    }
}
