//! Records the results of the client and the requests that the mock received.

use std::iter;

use mock_ecr::request_log::{ReceivedRequest, Service};
use tokio::time::Instant;

use crate::client::{Login, Outcome};
use crate::clock::{millis_between, millis_since};
use crate::report::{ClientRun, Event, EventKind, Finding};
use crate::run::explanation::of_request;
use crate::run::redaction::Secrets;
use crate::testbed::Testbed;

/// The record of the run of a case.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) findings: Vec<Finding>,
    pub(crate) runs: Vec<ClientRun>,
    pub(crate) events: Vec<Event>,
    /// The outcomes of the client's calls, each with the number of the step.
    pub(crate) outcomes: Vec<(usize, Outcome)>,
    /// The requests that the mock received.
    pub(crate) requests: Vec<TimedRequest>,
    /// The last login that the client returned.
    pub(crate) last_login: Option<Login>,
    /// The length of the stderr of a running client that is already in `runs`.
    stderr_length: usize,
    started: Instant,
}

/// A request that the mock received, with the time since the start of the case.
#[derive(Clone, Debug)]
pub(crate) struct TimedRequest {
    pub(crate) at_ms: u64,
    pub(crate) entry: ReceivedRequest,
}

impl Evidence {
    pub(crate) fn new(testbed: &Testbed) -> Self {
        Evidence {
            findings: Vec::new(),
            runs: Vec::new(),
            events: Vec::new(),
            outcomes: Vec::new(),
            requests: Vec::new(),
            last_login: None,
            stderr_length: 0,
            started: testbed.started,
        }
    }

    /// Adds the requests that the mock has received since the previous call of this method.
    pub(crate) fn collect_requests(&mut self, testbed: &Testbed) {
        let (now, mocks) = (millis_since(self.started), testbed.ecr.clock().now());
        let requests = testbed.ecr.requests();
        for entry in requests.iter().skip(self.requests.len()) {
            let ago = mocks.as_millis() - entry.received.as_millis();
            let at_ms = now.saturating_sub(u64::try_from(ago).unwrap_or(0));
            self.events.push(event(at_ms, entry));
            self.requests.push(TimedRequest {
                at_ms,
                entry: entry.clone(),
            });
        }
    }

    /// Adds the outcomes of a step.
    pub(crate) fn record_outcomes(&mut self, step: usize, outcomes: &[Outcome]) {
        for outcome in outcomes {
            let at_ms = millis_between(self.started, outcome.process.started);
            let took_ms = u64::try_from(outcome.process.took.as_millis()).unwrap_or(u64::MAX);
            self.runs.push(ClientRun {
                step,
                command: outcome.command.clone(),
                stdin: outcome.stdin.clone(),
                end: outcome.process.end.to_string(),
                stdout: String::from_utf8_lossy(&outcome.process.stdout).into_owned(),
                stderr: String::from_utf8_lossy(&outcome.process.stderr).into_owned(),
                at_ms,
                took_ms,
            });
            self.events.push(Event {
                at_ms,
                took_ms,
                kind: EventKind::Client,
                text: format!("client result: {}", outcome.result),
                status: None,
                explanation: None,
            });
            self.outcomes.push((step, outcome.clone()));
        }
    }

    /// Adds the text that a running client has written to stderr since the previous call of this method to the last run.
    pub(crate) fn record_stderr(&mut self, all: &[u8]) {
        let new = all.get(self.stderr_length..).unwrap_or_default();
        if let Some(run) = self.runs.last_mut() {
            run.stderr += &String::from_utf8_lossy(new);
            self.stderr_length = all.len();
        }
    }

    /// Adds an event that started at `since` and ends now.
    pub(crate) fn record_event(&mut self, since: Instant, kind: EventKind, text: String) {
        self.events.push(Event {
            at_ms: millis_between(self.started, since),
            took_ms: millis_since(since),
            kind,
            text,
            status: None,
            explanation: None,
        });
    }

    /// Redacts the secrets, and sorts the events by time.
    pub(crate) fn redacted(mut self, testbed: &Testbed) -> Self {
        let texts = self.texts().into_iter();
        let redactor = Secrets::of(testbed).redactor(texts.map(|text| &**text));
        for text in self.texts() {
            *text = redactor.redact(text);
        }
        self.events.sort_by_key(|event| event.at_ms);
        self
    }

    /// Returns the texts that can contain secrets.
    fn texts(&mut self) -> Vec<&mut String> {
        let runs = self.runs.iter_mut().flat_map(|run| {
            [
                &mut run.stdout,
                &mut run.stderr,
                &mut run.stdin,
                &mut run.command,
            ]
        });
        let events = self.events.iter_mut().flat_map(event_texts);
        let findings = self.findings.iter_mut();
        let findings = findings.flat_map(|found| [&mut found.observed, &mut found.expected]);
        runs.chain(events).chain(findings).collect()
    }
}

fn event_texts(event: &mut Event) -> impl Iterator<Item = &mut String> {
    let explanation = event.explanation.iter_mut();
    let explained = explanation.flat_map(|one| iter::once(&mut one.text).chain(&mut one.advice));
    iter::once(&mut event.text).chain(explained)
}

fn event(at_ms: u64, entry: &ReceivedRequest) -> Event {
    let kind = match entry.service {
        Service::Registry => EventKind::Registry,
        Service::Proxy => EventKind::Tunnel,
        _ => EventKind::Api,
    };
    let request = entry.operation.map_or_else(
        || format!("{} {}{}", entry.method, entry.host, entry.target),
        |operation| format!("{operation} at {}", entry.host),
    );
    let error = entry.error.map(|error| format!(" {error}"));
    let fault = if entry.faults.is_empty() {
        ""
    } else {
        " (by a fault)"
    };
    Event {
        at_ms,
        took_ms: u64::try_from(entry.took.as_millis()).unwrap_or(u64::MAX),
        kind,
        text: format!(
            "{request}: {}{}{fault}",
            entry.status.as_u16(),
            error.unwrap_or_default()
        ),
        status: Some(entry.status.as_u16()),
        explanation: of_request(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_explanation_of_an_event_is_redacted_too() {
        let mut case = sample::report().scenarios.remove(1).cases.remove(0);
        let texts: Vec<_> = event_texts(&mut case.timeline[4]).collect();
        let expected = [
            "GET /v2/",
            "The user is bob; ECR expects AWS.",
            "Log in with the user AWS.",
        ];
        assert_eq!(texts, expected);
    }
}
