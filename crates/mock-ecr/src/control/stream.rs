//! `requests/wait` and `requests/stream`: requests as they come. Both sleep until the request log grows.

use std::fmt::Write as _;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderName, Method, Response, StatusCode, header};
use serde::Deserialize;

use crate::control::error::ControlError;
use crate::control::filters::Filters;
use crate::control::query_value::{duration, parsed};
use crate::control::request::ControlRequest;
use crate::control::request_view::RequestView;
use crate::control::requests::RequestsView;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, fields, schema};
use crate::http::body;
use crate::request_log::{Batch, RequestFilter, RequestLog, WaitTimeout};

pub(super) const ROUTES: [Route; 2] = [
    Route {
        method: Method::GET,
        path: "requests/wait",
        summary: "Answers when there are enough such requests, those of before included; or with 504 when it has waited long enough.",
        query: &[fields::<Filters>(), fields::<WaitParams>()],
        body: None,
        response: Content::Json(schema::<RequestsView<'_>>()),
        run: |request| wait(request).boxed(),
    },
    Route {
        method: Method::GET,
        path: "requests/stream",
        summary: "Requests as they come, as server-sent events of JSON; a header Last-Event-ID goes on where a stream has ended.",
        query: &[fields::<Filters>()],
        body: None,
        response: Content::Text(EVENTS),
        run: |request| async move { stream(&request) }.boxed(),
    },
];

/// How many requests to wait for, and how long.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct WaitParams {
    /// How many to wait for; 1 if left out.
    #[serde(default, deserialize_with = "parsed")]
    count: Option<usize>,
    /// How long to wait, in real time; `30s` if left out, and at most `10m`.
    #[serde(default, deserialize_with = "duration")]
    #[cfg_attr(test, schemars(with = "String"))]
    timeout: Option<Duration>,
}

async fn wait(request: ControlRequest<'_>) -> Outcome {
    let (filters, params) = (request.query::<Filters>()?, request.query::<WaitParams>()?);
    let timeout = params.timeout.unwrap_or(DEFAULT_WAIT);
    if timeout > MAX_WAIT {
        return Err(ControlError::query(
            "timeout",
            "it is too long; expected at most 10m",
        ));
    }
    let requests = request.ecr.request_log.selected(filters.filter());
    tokio::select! {
        waited = requests.wait(params.count.unwrap_or(1), timeout) => {
            response::json(&RequestsView::of(&waited.map_err(|timeout| wait_timeout(&timeout))?, None))
        }
        () = request.ecr.stopped() => Err(ControlError::stopping()),
    }
}

fn wait_timeout(timeout: &WaitTimeout) -> ControlError {
    let text = format!("{timeout}; GET requests tells which, and what came instead");
    ControlError::new(StatusCode::GATEWAY_TIMEOUT, "WAIT_TIMEOUT", text)
}

const DEFAULT_WAIT: Duration = Duration::from_secs(30);
const MAX_WAIT: Duration = Duration::from_secs(600);

fn stream(request: &ControlRequest<'_>) -> Outcome {
    let filter = request.query::<Filters>()?.filter();
    let request_log = request.ecr.request_log.clone();
    let reader = Reader {
        cursor: last_event(request)?
            .map_or_else(|| request_log.cursor(), |last| last.saturating_add(1)),
        has_started: false,
        stopped: Box::pin(request.ecr.stopped()),
        request_log,
        filter,
    };
    let events = futures_util::stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((event, reader))
    });
    let response = Response::builder()
        .header(header::CONTENT_TYPE, EVENTS)
        .header(header::CACHE_CONTROL, "no-store")
        .body(body::infallible_stream(events));
    Ok(response.expect("the headers are constants"))
}

fn last_event(request: &ControlRequest<'_>) -> Result<Option<u64>, ControlError> {
    let Some(last) = request.parts.headers.get(LAST_EVENT_ID) else {
        return Ok(None);
    };
    let last = last.to_str().ok().and_then(|last| last.parse().ok());
    let text = "Last-Event-ID is the number of an event, as a stream gave it";
    last.map(Some)
        .ok_or_else(|| ControlError::new(StatusCode::BAD_REQUEST, "BAD_HEADER", text))
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const EVENTS: &str = "text/event-stream";

/// Someone who reads along, and where they are.
struct Reader {
    request_log: RequestLog,
    filter: RequestFilter,
    cursor: u64,
    has_started: bool,
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Reader {
    /// What to send next; nothing when the mock is told to stop, which a stream must not delay.
    async fn next(&mut self) -> Option<Bytes> {
        if !std::mem::replace(&mut self.has_started, true) {
            return Some(START_COMMENT);
        }
        loop {
            let mut next = pin!(self.request_log.next());
            // What is recorded between the look and the wait must end the wait.
            next.as_mut().enable();
            let batch = self.request_log.since(self.cursor);
            self.cursor = batch.cursor;
            let events = events(&batch, &self.filter);
            if !events.is_empty() {
                return Some(events.into());
            }
            tokio::select! {
                () = next => {}
                () = &mut self.stopped => return None,
                () = tokio::time::sleep(HEARTBEAT_INTERVAL) => return Some(HEARTBEAT),
            }
        }
    }
}

/// Whoever has read this misses nothing that follows.
const START_COMMENT: Bytes = Bytes::from_static(b": listening\n\n");
/// A line now and then finds out that the other side is gone, and keeps what lies between from hanging up.
const HEARTBEAT: Bytes = Bytes::from_static(b": still here\n\n");
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);

fn events(batch: &Batch, filter: &RequestFilter) -> String {
    let mut events = String::new();
    if batch.missed > 0 {
        let json = serde_json::json!({ "missed": batch.missed });
        write!(events, "event: missed\ndata: {json}\n\n").expect("a String takes any text");
    }
    let first = batch.cursor - batch.entries.len() as u64;
    for (id, entry) in (first..).zip(&batch.entries) {
        if filter.matches(entry) {
            let json = serde_json::to_string(&RequestView::from(&**entry));
            let json = json.expect("a request is JSON");
            write!(events, "id: {id}\nevent: request\ndata: {json}\n\n")
                .expect("a String takes any text");
        }
    }
    events
}
