//! `requests`: the request log.

use futures_util::FutureExt as _;
use http::Method;
use serde::Serialize;

use crate::control::filters::{Filters, LimitParams};
use crate::control::har::Har;
use crate::control::request::ControlRequest;
use crate::control::request_view::RequestView;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, fields, schema};
use crate::request_log::{ReceivedRequest, Requests};

pub(super) const ROUTES: [Route; 3] = [
    Route {
        method: Method::GET,
        path: "requests",
        summary: "The requests of the request log, oldest first.",
        query: &[fields::<Filters>(), fields::<LimitParams>()],
        body: None,
        response: Content::Json(schema::<RequestsView<'_>>()),
        run: |request| async move { list(&request) }.boxed(),
    },
    Route {
        method: Method::DELETE,
        path: "requests",
        summary: "Forgets the requests of the request log.",
        query: &[],
        body: None,
        response: Content::Json(schema::<ClearedRequests>()),
        run: |request| async move { clear(&request) }.boxed(),
    },
    Route {
        method: Method::GET,
        path: "requests.har",
        summary: "The requests of the request log as an HTTP Archive 1.2, without bodies of answers and headers with secrets.",
        query: &[fields::<Filters>(), fields::<LimitParams>()],
        body: None,
        response: Content::Json(schema::<Har>()),
        run: |request| async move { archive(&request) }.boxed(),
    },
];

/// Requests that were asked for.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Requests"))]
pub(super) struct RequestsView<'a> {
    /// How many there are of those that were asked for, more than `limit` perhaps.
    matched: usize,
    /// How many requests of whatever kind the request log has forgotten, to make room.
    forgotten: u64,
    requests: Vec<RequestView<'a>>,
}

impl<'a> RequestsView<'a> {
    pub(super) fn of(requests: &'a Requests, limit: Option<usize>) -> Self {
        RequestsView {
            matched: requests.count(),
            forgotten: requests.forgotten(),
            requests: newest(requests, limit).map(Into::into).collect(),
        }
    }
}

fn newest(requests: &Requests, limit: Option<usize>) -> impl Iterator<Item = &ReceivedRequest> {
    let limit = limit.unwrap_or(usize::MAX);
    requests.iter().skip(requests.count().saturating_sub(limit))
}

fn list(request: &ControlRequest<'_>) -> Outcome {
    let (filters, LimitParams { limit }) = (request.query::<Filters>()?, request.query()?);
    let requests = request.ecr.request_log.selected(filters.filter());
    response::json(&RequestsView::of(&requests, limit))
}

fn archive(request: &ControlRequest<'_>) -> Outcome {
    let (filters, LimitParams { limit }) = (request.query::<Filters>()?, request.query()?);
    let requests = request.ecr.request_log.selected(filters.filter());
    response::json(&Har::of(newest(&requests, limit)))
}

/// What was forgotten.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ClearedRequests {
    /// How many requests there were.
    cleared: usize,
}

fn clear(request: &ControlRequest<'_>) -> Outcome {
    let (cleared, _, _) = request.ecr.request_log.sizes();
    request.ecr.request_log.clear();
    response::json(&ClearedRequests { cleared })
}
