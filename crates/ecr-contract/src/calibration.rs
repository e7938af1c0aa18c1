//! Measures the speed of a client before the scenarios are run.

use std::time::Duration;

use crate::report::{CaseReport, EventKind};
use crate::scenario::{RedirectMode, Source};
use crate::suite::Suite;
use crate::timing::Attempts;
use crate::worker;
use crate::worker_request::WorkerRequest;

/// Returns the start-up time of the client: the median of several requests for a login to a mock without faults. Returns `None` if the client
/// returns no login.
pub(crate) async fn startup(suite: &Suite, redirect: RedirectMode) -> Option<Duration> {
    let mut measured = Vec::new();
    let mut total = Duration::ZERO;
    while measured.len() < MEASUREMENTS && total < ENOUGH {
        let case = run(suite, redirect, "healthy", HEALTHY).await;
        if case.findings.is_empty() || case.findings.iter().any(|finding| !finding.passed) {
            return None;
        }
        let took = Duration::from_millis(case.runs.last()?.took_ms);
        total += took;
        measured.push(took);
    }
    measured.sort();
    measured.get(measured.len() / 2).copied()
}

/// Returns the attempts of the client if every call is throttled. Returns `None` if the client sends no request.
pub(crate) async fn attempts(suite: &Suite, redirect: RedirectMode) -> Option<Attempts> {
    let case = run(suite, redirect, "throttled", THROTTLED).await;
    let requests = case.timeline.iter().filter(|event| {
        let is_request = matches!(event.kind, EventKind::Api | EventKind::Registry);
        is_request && event.status.is_some_and(|status| status >= 400)
    });
    let took = Duration::from_millis(case.runs.last()?.took_ms);
    match requests.count() {
        0 => None,
        count => Some(Attempts { count, took }),
    }
}

async fn run(suite: &Suite, redirect: RedirectMode, name: &str, text: &str) -> CaseReport {
    let request = WorkerRequest {
        source: Source {
            file: format!("the measurement {name:?}"),
            text: text.to_owned(),
            built_in: false,
        },
        case: None,
        client_type: suite.client_type,
        client: suite.client.clone(),
        redirect,
        seed: format!("{}/{name}", suite.seed),
        options: Vec::new(),
        docker: suite.real_docker(),
        claims: Vec::new(),
        timing: Default::default(),
    };
    worker::run_in_worker(&suite.worker, &request, WORKER_DEADLINE)
        .await
        .case
}

const HEALTHY: &str = r#"
id = "healthy"
title = "Returns a login"
severity = "info"
client_types = "all"
why = []
deadline = "15s"

[[step]]
fetch = { timeout = "14s" }
expect = { result = "login" }
"#;

const THROTTLED: &str = r#"
id = "throttled"
title = "Makes several attempts"
severity = "info"
client_types = "all"
why = []
deadline = "30s"

[[step]]
client_types = ["token-printer", "docker-credential", "kubelet", "library", "refresher", "docker-login-caller"]
faults = [{ match = { operation = "GetAuthorizationToken" }, action = { error = "ThrottlingException" } }]

[[step]]
client_types = ["image-tool"]
faults = [{ match = { service = "registry" }, action = { error = "ThrottlingException" } }]

[[step]]
fetch = { timeout = "8s" }
expect = { result = "error" }
"#;

const MEASUREMENTS: usize = 3;
/// A slow client is measured less often.
const ENOUGH: Duration = Duration::from_secs(2);
const WORKER_DEADLINE: Duration = Duration::from_secs(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_measurements_are_valid_scenarios() {
        for text in [HEALTHY, THROTTLED] {
            let source = Source {
                file: String::new(),
                text: text.to_owned(),
                built_in: false,
            };
            assert_eq!(source.cases().unwrap().len(), 1);
        }
    }
}
