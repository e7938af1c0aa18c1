//! The results of a client, as data.

use serde::{Deserialize, Serialize};

use crate::client_type::ClientType;
use crate::scenario::Severity;

/// What came of running one client through scenarios.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// The version of `mock-ecr`.
    pub version: String,
    /// As what the client was run.
    pub client_type: ClientType,
    /// The client and its arguments, placeholders as they were given.
    pub client: Vec<String>,
    /// How it was led to the mock: `env`, `proxy` or `hosts`.
    pub redirect: String,
    /// Whether nothing but the mock could be reached.
    pub sandboxed: bool,
    /// What the seeds of all mocks come from.
    pub seed: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The scenarios, in their order.
    pub scenarios: Vec<ScenarioReport>,
    /// Scenarios that cannot be run yet, and what is missing.
    pub skipped: Vec<SkippedScenario>,
}

/// A scenario that cannot be run yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SkippedScenario {
    /// Its name.
    pub id: String,
    /// What it says.
    pub title: String,
    /// What is missing.
    pub reason: String,
}

/// What came of one scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScenarioReport {
    /// Its name, such as `EXP-04`.
    pub id: String,
    /// What a client does that survives it, in one sentence.
    pub title: String,
    /// How much it counts.
    pub severity: Severity,
    /// The incidents behind it: URLs, or where it was read.
    pub why: Vec<String>,
    /// The worst of its cases.
    pub verdict: Verdict,
    /// Whether a baseline knows of the failure.
    pub known: bool,
    /// Its cases; a scenario without any has one that has no name.
    pub cases: Vec<CaseReport>,
}

/// What came of a scenario or a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does not concern this client, or cannot be run here.
    NotApplicable,
    /// All expectations held.
    Passed,
    /// Nothing was to hold; the findings tell what was seen.
    Info,
    /// All that must hold did, and something that should did not.
    Warning,
    /// Something that must hold did not.
    Failed,
    /// The scenario could not be set up, which says nothing about the client.
    SetUpError,
}

/// What came of one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CaseReport {
    /// The name of the case, where a scenario has several.
    pub name: Option<String>,
    /// What came of it.
    pub verdict: Verdict,
    /// Why it does not concern the client, or what is broken.
    pub reason: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What was expected and what was seen.
    pub findings: Vec<Finding>,
    /// What the client was asked, and what it said, secrets masked.
    pub runs: Vec<ClientRun>,
    /// What happened, in the order of time.
    pub timeline: Vec<Event>,
    /// The command that runs this one again.
    pub repeat: String,
}

/// What has come of one scenario while others are still running.
#[derive(Clone, Debug)]
pub struct FinishedCase<'r> {
    /// How many are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// Which one is done now.
    pub id: &'r str,
    /// What came of its case.
    pub case: &'r CaseReport,
}

/// An expectation, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// The step of the scenario, from 1 on; 0 for the run as a whole.
    pub step: usize,
    /// How much it counts.
    pub severity: Severity,
    /// What is looked at, such as `secret`.
    pub expectation: String,
    /// What was expected.
    pub expected: String,
    /// What was seen.
    pub observed: String,
    /// Whether it held.
    pub passed: bool,
}

/// One call of the client.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ClientRun {
    /// The step of the scenario, from 1 on.
    pub step: usize,
    /// The command, or the request to a running one.
    pub command: String,
    /// What was written to it.
    pub stdin: String,
    /// How it ended: `exit 0`, `signal 9`, `killed at its deadline`, or `running`.
    pub end: String,
    /// What it wrote, secrets masked, cut at 4 KiB.
    pub stdout: String,
    /// What it wrote to stderr, secrets masked, cut at 4 KiB.
    pub stderr: String,
    /// When it was started, in milliseconds since the case began.
    pub at_ms: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// Something that happened in a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Event {
    /// RequestMatcher, in milliseconds since the case began.
    pub at_ms: u64,
    /// How long it lasted, in milliseconds.
    pub took_ms: u64,
    /// What kind of event it is.
    pub kind: EventKind,
    /// What happened, in one line.
    pub text: String,
    /// The status of HTTP, of a request.
    pub status: Option<u16>,
}

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The client was run.
    Client,
    /// The client called the API.
    Api,
    /// The client called the registry.
    Registry,
    /// The client asked for a tunnel.
    Tunnel,
    /// The configuration was changed: its clock, its faults, its tokens.
    Mock,
    /// Time was let pass.
    Wait,
}
