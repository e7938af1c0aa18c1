//! `requests`: returns and clears the request log, as JSON or as an HTTP Archive.

use std::sync::Arc;

use futures_util::FutureExt as _;
use http::Method;
use serde::Serialize;

use crate::control::filters::{Filters, LimitParams};
use crate::control::har;
use crate::control::har::Har;
use crate::control::request::ControlRequest;
use crate::control::request_list;
use crate::control::request_view::RequestView;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, fields, schema};
use crate::request_log::{ReceivedRequest, Requests};
use crate::state::State;

pub(super) const ROUTES: [Route; 3] = [
    Route {
        method: Method::GET,
        path: "requests",
        summary: "Returns requests of the request log, oldest first.",
        query: &[fields::<Filters>(), fields::<LimitParams>()],
        body: None,
        response: Content::Json(schema::<RequestsView<'_>>()),
        run: |request| async move { list(&request) }.boxed(),
    },
    Route {
        method: Method::DELETE,
        path: "requests",
        summary: "Removes all requests from the request log.",
        query: &[],
        body: None,
        response: Content::Json(schema::<ClearedRequests>()),
        run: |request| async move { clear(&request) }.boxed(),
    },
    Route {
        method: Method::GET,
        path: "requests.har",
        summary: "Returns requests of the request log as an HTTP Archive 1.2. It contains neither response bodies nor headers with secrets.",
        query: &[fields::<Filters>(), fields::<LimitParams>()],
        body: None,
        response: Content::Json(schema::<Har>()),
        run: |request| async move { archive(&request) }.boxed(),
    },
];

/// The requests that match the query.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Requests"))]
pub(super) struct RequestsView<'a> {
    /// The number of requests that match, including those that `limit` excludes.
    matched: usize,
    /// The number of requests that were discarded because the request log was full, whether or not they match. Requests to the control API are not
    /// counted.
    forgotten: u64,
    /// Identifies this start of the mock, in 16 hexadecimal digits. After another start, the numbers of the requests begin with 0 again.
    instance: &'a str,
    /// The number of the first stored request of a client.
    first: u64,
    /// The number that the next request of a client gets.
    next: u64,
    /// The requests, oldest first.
    requests: Vec<RequestView<'a>>,
}

/// Returns the response with a selection of requests.
pub(super) fn respond(state: &State, requests: Requests, limit: Option<usize>) -> Outcome {
    let numbers = requests.numbers();
    let empty = RequestsView {
        matched: requests.count(),
        forgotten: requests.forgotten(),
        instance: &state.instance,
        first: numbers.start,
        next: numbers.end,
        requests: Vec::new(),
    };
    request_list::respond(&empty, newest(requests, limit), |entry, json| {
        let written = serde_json::to_writer(json, &RequestView::from(entry));
        written.expect("a request is JSON");
    })
}

fn newest(requests: Requests, limit: Option<usize>) -> Vec<Arc<ReceivedRequest>> {
    let mut entries = requests.into_entries();
    let excess = entries.len().saturating_sub(limit.unwrap_or(usize::MAX));
    entries.drain(..excess);
    entries
}

fn list(request: &ControlRequest<'_>) -> Outcome {
    let (filters, LimitParams { limit }) = (request.query::<Filters>()?, request.query()?);
    let requests = request.state.request_log.selected(filters.filter());
    respond(request.state, requests, limit)
}

fn archive(request: &ControlRequest<'_>) -> Outcome {
    let (filters, LimitParams { limit }) = (request.query::<Filters>()?, request.query()?);
    let requests = request.state.request_log.selected(filters.filter());
    request_list::respond(&Har::empty(), newest(requests, limit), har::append_entry)
}

/// The result of clearing the request log.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ClearedRequests {
    /// The number of removed requests, without those of the control API.
    cleared: usize,
}

fn clear(request: &ControlRequest<'_>) -> Outcome {
    let cleared = request.state.request_log.clear();
    response::json(&ClearedRequests { cleared })
}
