//! The data of a report.

use serde::{Deserialize, Serialize};

use crate::client_type::ClientType;
use crate::scenario::Severity;

/// The report of a run: the results of one client in all selected scenarios.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// The version of `mock-ecr`.
    pub version: String,
    /// The type of the client.
    pub client_type: ClientType,
    /// The client's command and its arguments, with placeholders.
    pub client: Vec<String>,
    /// How the client was redirected to the mock: `env`, `proxy` or `sandbox`.
    pub redirect: String,
    /// Whether all cases ran in the sandbox, where only the mock can be reached.
    pub sandboxed: bool,
    /// The seed from which the seeds of all mocks are derived.
    pub seed: String,
    /// The duration of the run, in milliseconds.
    pub took_ms: u64,
    /// The scenarios, in the order of their ids.
    pub scenarios: Vec<ScenarioReport>,
    /// The scenarios that cannot be run yet.
    pub skipped: Vec<SkippedScenario>,
}

/// A scenario that cannot be run yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SkippedScenario {
    /// The id.
    pub id: String,
    /// The required behaviour.
    pub title: String,
    /// The reason why it is skipped.
    pub reason: String,
}

/// The result of a scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScenarioReport {
    /// The id, such as `EXP-04`.
    pub id: String,
    /// The required behaviour of a client, such as "Retries a throttled call".
    pub title: String,
    /// The severity of the scenario.
    pub severity: Severity,
    /// The reasons for the scenario: links to incidents, or sources that were read.
    pub why: Vec<String>,
    /// The most severe verdict of its cases.
    pub verdict: Verdict,
    /// Whether the failure is in the baseline.
    pub known: bool,
    /// The cases. A scenario without variants has one case without a name.
    pub cases: Vec<CaseReport>,
}

/// The verdict of a scenario or a case, from the least to the most severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The scenario does not apply to the client, or cannot be run on this system.
    NotApplicable,
    /// All expectations passed.
    Passed,
    /// There are only expectations with the severity `info`; the findings contain the results.
    Info,
    /// An expectation with the severity `should` failed.
    Warning,
    /// An expectation with the severity `must` failed.
    Failed,
    /// The scenario could not be set up. There is no result for the client.
    SetUpError,
}

/// The result of a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CaseReport {
    /// The name of the case, if the scenario has several.
    pub name: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why the case is not applicable, or why it could not be set up.
    pub reason: Option<String>,
    /// The duration of the case, in milliseconds.
    pub took_ms: u64,
    /// The checked expectations.
    pub findings: Vec<Finding>,
    /// The calls of the client, with secrets redacted.
    pub runs: Vec<ClientRun>,
    /// The events of the case, in the order of time.
    pub timeline: Vec<Event>,
    /// The command that repeats the case.
    pub repeat: String,
}

/// A case that has finished while others are still running.
#[derive(Clone, Debug)]
pub struct FinishedCase<'r> {
    /// The number of finished cases.
    pub done: usize,
    /// The number of all cases.
    pub total: usize,
    /// The id of the scenario.
    pub id: &'r str,
    /// The result of the case.
    pub case: &'r CaseReport,
}

/// An expectation and its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// The number of the step, from 1; 0 for the whole run.
    pub step: usize,
    /// The severity of the expectation.
    pub severity: Severity,
    /// The key of the expectation in the scenario, such as `secret`.
    pub expectation: String,
    /// The expected value.
    pub expected: String,
    /// The observed value.
    pub observed: String,
    /// Whether the expectation passed.
    pub passed: bool,
}

/// One call of the client.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ClientRun {
    /// The number of the step, from 1.
    pub step: usize,
    /// The client's command.
    pub command: String,
    /// The text on stdin.
    pub stdin: String,
    /// How the call ended: `exit 0`, `signal 9` or `killed at its deadline`.
    pub end: String,
    /// The text on stdout, with secrets redacted, truncated to 4 KiB.
    pub stdout: String,
    /// The text on stderr, with secrets redacted, truncated to 4 KiB.
    pub stderr: String,
    /// The start of the call, in milliseconds since the start of the case.
    pub at_ms: u64,
    /// The duration of the call, in milliseconds.
    pub took_ms: u64,
}

/// An event of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Event {
    /// The start, in milliseconds since the start of the case.
    pub at_ms: u64,
    /// The duration, in milliseconds.
    pub took_ms: u64,
    /// The kind of the event.
    pub kind: EventKind,
    /// A description on one line.
    pub text: String,
    /// The HTTP status, if the event is a request.
    pub status: Option<u16>,
}

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A call of the client.
    Client,
    /// A request to an API.
    Api,
    /// A request to the registry.
    Registry,
    /// A `CONNECT` request.
    Tunnel,
    /// A change of the mock: its clock, its faults or its tokens.
    Mock,
    /// A wait.
    Wait,
}
