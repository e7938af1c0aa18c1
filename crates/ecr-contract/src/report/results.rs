//! The data of a report.

use serde::{Deserialize, Serialize};

use crate::client_type::ClientType;
use crate::scenario::Severity;
use crate::suite_number::SuiteNumber;

/// The report of a run: the results of one client in all selected scenarios.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// The version of `mock-ecr`.
    pub version: String,
    /// The number of the suite: the scenarios of this number and of all lower numbers.
    pub suite: SuiteNumber,
    /// The type of the client.
    pub client_type: ClientType,
    /// The client's command and its arguments. Placeholders are not replaced.
    pub client: Vec<String>,
    /// The mode by which the client is redirected to the mock: `env`, `proxy` or `sandbox`. A scenario that does not support this mode uses
    /// another mode.
    pub redirect: String,
    /// Whether all cases ran in the sandbox, and there was at least one. In the sandbox, clients can reach only the mock.
    pub sandboxed: bool,
    /// The seed from which the seeds of all mocks are derived.
    pub seed: String,
    /// The duration of the run, in milliseconds.
    pub took_ms: u64,
    /// What was measured about the client, and the limits that were derived from it.
    pub calibration: Calibration,
    /// The results of the scenarios that were run. The built-in scenarios are first.
    pub scenarios: Vec<ScenarioReport>,
    /// The selected scenarios that were skipped: they cannot be run yet, or they check file modes and this system has none.
    pub skipped: Vec<SkippedScenario>,
    /// The IDs of the selected scenarios of later suites. They were not run.
    pub later: Vec<String>,
}

/// What was measured about the client before and during the run, and the limits that were derived from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Calibration {
    /// The duration of a request for a login to a mock without faults, in milliseconds: the median of up to three requests, or the value of
    /// `--startup`. Time limits are extended by twice this duration. `None` (`null` in JSON) if the client returned no login.
    pub startup_ms: Option<u64>,
    /// The number of requests of the client if all of them are throttled. `None` (`null` in JSON) if it was not measured.
    pub attempts: Option<usize>,
    /// The time after which the client then returned an error, in milliseconds. For a refresher, the time in which the requests were counted.
    pub attempts_ms: Option<u64>,
    /// The maximum number of cases that ran at the same time.
    pub jobs: usize,
    /// The number of processors.
    pub cores: usize,
    /// The largest factor by which the TTL of tokens and the waits of a scenario were multiplied, because the client is slow.
    pub longest_factor: u32,
}

/// A scenario that was skipped.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SkippedScenario {
    /// The ID of the scenario.
    pub id: String,
    /// The suite in which the scenario entered. `None` (`null` in JSON) for an additional scenario that does not state it.
    pub suite: Option<SuiteNumber>,
    /// The required behaviour of a client.
    pub title: String,
    /// The reason why the scenario is skipped.
    pub reason: String,
}

/// The result of a scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScenarioReport {
    /// The ID, such as `EXP-04`.
    pub id: String,
    /// The suite in which the scenario entered. `None` (`null` in JSON) for an additional scenario that does not state it.
    pub suite: Option<SuiteNumber>,
    /// The required behaviour of a client, such as "Retries a throttled call".
    pub title: String,
    /// The severity of the scenario. Its expectations have this severity or a lower one.
    pub severity: Severity,
    /// The reasons for the scenario: links to incidents, or other sources.
    pub why: Vec<String>,
    /// What typically causes the failure, and how to correct the client. `None` (`null` in JSON) if an additional scenario does not state it.
    pub fix: Option<[String; 2]>,
    /// The most severe verdict of the cases.
    pub verdict: Verdict,
    /// Whether the scenario failed and all failures are in the baseline.
    pub known: bool,
    /// The results of the cases. A scenario that defines no cases has one case without a name.
    pub cases: Vec<CaseReport>,
}

/// The verdict on a scenario or a case. The variants are in the order of their severity; the last is the most severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The scenario does not apply to the client, or cannot be run on this system.
    NotApplicable,
    /// No expectation with the severity `must` or `should` failed.
    Passed,
    /// The scenario, and therefore each of its expectations, has the severity `info`. The findings contain the results.
    Info,
    /// An expectation with the severity `should` failed. No expectation with the severity `must` failed.
    Warning,
    /// An expectation with the severity `must` failed.
    Failed,
    /// The scenario could not be set up. The client was not tested.
    SetUpError,
}

/// The result of a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CaseReport {
    /// The name of the case. `None` (`null` in JSON) if the scenario defines no cases.
    pub name: Option<String>,
    /// The verdict on the case.
    pub verdict: Verdict,
    /// The reason why the case is not applicable or could not be set up. `None` (`null` in JSON) for other verdicts.
    pub reason: Option<String>,
    /// The duration of the case, in milliseconds.
    pub took_ms: u64,
    /// The expectations that were checked, with their results.
    pub findings: Vec<Finding>,
    /// The calls of the client, with secrets redacted.
    pub runs: Vec<ClientRun>,
    /// The events of the case, in chronological order.
    pub timeline: Vec<Event>,
    /// The command that repeats the case.
    pub repeat: String,
}

/// The result of a case that has finished. [`Suite::run`](crate::Suite::run) passes it to the callback while other cases are running.
#[derive(Clone, Debug)]
pub struct FinishedCase<'r> {
    /// The number of cases that have finished so far, including this case.
    pub done: usize,
    /// The number of cases in the run.
    pub total: usize,
    /// The ID of the scenario.
    pub id: &'r str,
    /// The result of the case.
    pub case: &'r CaseReport,
}

/// An expectation and its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// The number of the step, starting at 1. 0 if the expectation applies to the whole run.
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
    /// The number of the step, starting at 1.
    pub step: usize,
    /// The client's command.
    pub command: String,
    /// The text that the client received on stdin.
    pub stdin: String,
    /// How the call ended, such as `exit 0`, `signal 9` or `killed at its deadline`.
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
    /// The start of the event, in milliseconds since the start of the case.
    pub at_ms: u64,
    /// The duration of the event, in milliseconds.
    pub took_ms: u64,
    /// The kind of the event.
    pub kind: EventKind,
    /// A description of the event on one line.
    pub text: String,
    /// The HTTP status code of the response. `None` (`null` in JSON) if the event is not a request.
    pub status: Option<u16>,
    /// Why the request was rejected, or what faults did to its response. `None` (`null` in JSON) for other events.
    pub explanation: Option<EventExplanation>,
}

/// Why a request was rejected, or what faults did to its response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EventExplanation {
    /// The kind of the explanation, such as `token_expired`. The kinds are those of the control API.
    pub kind: String,
    /// How important the explanation is.
    pub level: ExplanationLevel,
    /// One or more sentences, with secrets redacted.
    pub text: String,
    /// What a client can do. `None` (`null` in JSON) if there is no advice.
    pub advice: Option<String>,
}

/// How important an explanation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExplanationLevel {
    /// The response is part of the normal sequence of requests. Only the JSON report contains such an explanation.
    Info,
    /// A fault of the scenario changed the response, or a request changes something that does not exist.
    Warning,
    /// The request was rejected.
    Error,
}

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A call of the client.
    Client,
    /// A request to an AWS API.
    Api,
    /// A request to the registry.
    Registry,
    /// A `CONNECT` request.
    Tunnel,
    /// The scenario changed the clock, the faults or the tokens of the mock, or the files of the client.
    Mock,
    /// A wait of the scenario.
    Wait,
}
