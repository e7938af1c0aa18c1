//! `metrics`: returns metrics in the text format of Prometheus.

use std::fmt::Write as _;

use futures_util::FutureExt as _;
use http::Method;

use crate::control::response;
use crate::control::route::{Content, Route};
use crate::request_log::Count;
use crate::state::State;

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "metrics",
    summary: "Returns metrics in the text format of Prometheus. Times are those of the mock's clock. A reset of the mock resets the metrics.",
    query: &[],
    body: None,
    response: Content::Text(PROMETHEUS),
    run: |request| async move { response::text(PROMETHEUS, metrics(request.state)) }.boxed(),
}];

const PROMETHEUS: &str = "text/plain; version=0.0.4";

fn metrics(state: &State) -> String {
    let mut text = String::new();
    requests(&mut text, state.request_log.counts());
    for (name, help, value) in tokens(state)
        .into_iter()
        .chain(request_log(state))
        .chain(memory(state))
        .chain(time(state))
    {
        let kind = match name.ends_with("_total") {
            true => "counter",
            false => "gauge",
        };
        head(&mut text, name, kind, help);
        line(&mut text, format_args!("mock_ecr_{name} {value}"));
    }
    text
}

/// The name, the help text and the value of a metric.
type Metric = (&'static str, &'static str, f64);

fn tokens(state: &State) -> [Metric; 4] {
    let tally = state.tokens.tally(state.clock.now());
    let (known, valid, revoked) = (tally.known as f64, tally.valid as f64, tally.revoked as f64);
    [
        (
            "tokens_issued_total",
            "Number of issued tokens.",
            tally.issued as f64,
        ),
        (
            "tokens_known",
            "Number of tokens with a record of their uses.",
            known,
        ),
        (
            "tokens_valid",
            "Number of these tokens that are valid now.",
            valid,
        ),
        (
            "tokens_revoked",
            "Number of these tokens that are revoked.",
            revoked,
        ),
    ]
}

fn request_log(state: &State) -> [Metric; 3] {
    let (entries, bytes, forgotten) = state.request_log.sizes();
    [
        (
            "request_log_entries",
            "Number of requests of clients in the request log.",
            entries as f64,
        ),
        (
            "request_log_bytes",
            "Approximate memory used by the requests of clients in the request log, in bytes.",
            bytes as f64,
        ),
        (
            "request_log_forgotten",
            "Number of requests of clients discarded because the request log was full.",
            forgotten as f64,
        ),
    ]
}

fn memory(state: &State) -> [Metric; 1] {
    [(
        "buffer_bytes",
        "Bytes of requests and responses in memory, including this request.",
        state.buffers.used() as f64,
    )]
}

fn time(state: &State) -> [Metric; 2] {
    let now = state.clock.now().as_millis();
    let up = now - state.started().as_millis();
    let seconds = |millis: i64| millis as f64 / 1000.0;
    [
        (
            "uptime_seconds",
            "Seconds since the start or the last reset, on the mock's clock.",
            seconds(up),
        ),
        (
            "clock_seconds",
            "Time of the mock's clock, in seconds since 1970-01-01 UTC.",
            seconds(now),
        ),
    ]
}

/// Labels need no escaping: their values are constants of the mock.
fn requests(text: &mut String, counts: Vec<(Count, u64)>) {
    head(text, "requests_total", "counter", "Number of responses.");
    for (count, n) in counts {
        let (service, status) = (count.service, count.status);
        let (operation, error) = (
            count.operation.unwrap_or_default(),
            count.error.unwrap_or_default(),
        );
        line(
            text,
            format_args!(
                "mock_ecr_requests_total{{service=\"{service}\",operation=\"{operation}\",status=\"{status}\",error=\"{error}\"}} {n}"
            ),
        );
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    line(text, format_args!("# HELP mock_ecr_{name} {help}"));
    line(text, format_args!("# TYPE mock_ecr_{name} {kind}"));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a String does not fail");
}
