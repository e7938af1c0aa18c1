//! `requests/wait` and `requests/stream`: wait for requests and stream them. Both sleep until the request log has a new
//! entry.

use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderName, Method, StatusCode};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::control::error::ControlError;
use crate::control::event_text;
use crate::control::event_text::{EVENTS, HEARTBEAT, HEARTBEAT_INTERVAL};
use crate::control::filters::Filters;
use crate::control::query_value::{duration, number};
use crate::control::request::ControlRequest;
use crate::control::request_view::RequestView;
use crate::control::requests;
use crate::control::requests::RequestsView;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, fields, schema};
use crate::request_log::{Batch, Part, RequestFilter, RequestLog, WaitTimeout};

pub(super) const ROUTES: [Route; 2] = [
    Route {
        method: Method::GET,
        path: "requests/wait",
        summary: "Waits until the request log contains at least `count` matching requests, and returns them. Requests that were received before this call are counted too. Responds with 504 after the timeout.",
        query: &[fields::<Filters>(), fields::<WaitParams>()],
        body: None,
        response: Content::Json(schema::<RequestsView<'_>>()),
        run: |request| wait(request).boxed(),
    },
    Route {
        method: Method::GET,
        path: "requests/stream",
        summary: "Streams matching requests as server-sent events with JSON data. If the request has the header Last-Event-ID, the stream continues after the event with this ID.",
        query: &[fields::<Filters>()],
        body: None,
        response: Content::Text(EVENTS),
        run: |request| async move { stream(&request) }.boxed(),
    },
];

/// The number of requests to wait for, and the timeout.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct WaitParams {
    /// The number of requests to wait for. The default is 1.
    #[serde(default, deserialize_with = "number")]
    count: Option<usize>,
    /// The timeout, in real time. The default is `30s` and the maximum is `10m`.
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
            "the timeout is too long: expected at most 10m",
        ));
    }
    let permit = request.state.waits.try_acquire();
    let _permit = permit.map_err(ControlError::limit_reached)?;
    let (request_log, count) = (&request.state.request_log, params.count.unwrap_or(1));
    let waited = async {
        tokio::select! {
            waited = request_log.wait(filters.filter(), count, timeout) => {
                waited.map_err(|timeout| wait_timeout(&timeout))
            }
            () = request.state.stopped() => Err(ControlError::stopping()),
        }
    };
    let found = request.unless_disconnected(waited).await?;
    requests::respond(request.state, found, None)
}

fn wait_timeout(timeout: &WaitTimeout) -> ControlError {
    let text = format!(
        "{timeout}; `mock-ecr request` or GET /_mock/requests returns all requests received so far"
    );
    ControlError::new(StatusCode::GATEWAY_TIMEOUT, "WAIT_TIMEOUT", text)
}

const DEFAULT_WAIT: Duration = Duration::from_secs(30);
const MAX_WAIT: Duration = Duration::from_secs(600);

fn stream(request: &ControlRequest<'_>) -> Outcome {
    let filters = request.query::<Filters>()?;
    let part = filters.part();
    let permit = request.state.streams.try_acquire();
    let request_log = request.state.request_log.clone();
    let reader = Reader {
        _permit: permit.map_err(ControlError::limit_reached)?,
        number: match last_event(request)? {
            Some(last) => last.saturating_add(1),
            None => request_log.numbers(part).end,
        },
        part,
        has_started: false,
        stopped: Box::pin(request.state.stopped()),
        request_log,
        filter: filters.filter(),
    };
    let events = futures_util::stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((event, reader))
    });
    Ok(event_text::response(events))
}

fn last_event(request: &ControlRequest<'_>) -> Result<Option<u64>, ControlError> {
    let Some(last) = request.parts.headers.get(LAST_EVENT_ID) else {
        return Ok(None);
    };
    let last = last.to_str().ok().and_then(|last| last.parse().ok());
    let text = "invalid Last-Event-ID: expected the ID of an event of the stream, a number";
    last.map(Some)
        .ok_or_else(|| ControlError::new(StatusCode::BAD_REQUEST, "BAD_HEADER", text))
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The state of one stream. A client that does not read prevents no request from being discarded: only one batch of events is in memory, and
/// the client receives the number of requests that it missed.
struct Reader {
    _permit: OwnedSemaphorePermit,
    request_log: RequestLog,
    part: Part,
    filter: RequestFilter,
    /// The number of the next request.
    number: u64,
    has_started: bool,
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Reader {
    /// Returns the next part of the stream, or nothing if the mock is stopping, so that an open stream does not delay
    /// the stop.
    async fn next(&mut self) -> Option<Bytes> {
        if !std::mem::replace(&mut self.has_started, true) {
            return Some(START_COMMENT);
        }
        loop {
            let mut next = pin!(self.request_log.next());
            // A request that is recorded after `since` must end the wait.
            next.as_mut().enable();
            let batch = self.request_log.since(self.part, self.number);
            self.number = batch.next;
            let events = events(&batch, &self.filter);
            if !events.is_empty() {
                return Some(events.into());
            }
            if !batch.entries.is_empty() {
                continue;
            }
            tokio::select! {
                () = next => {}
                () = &mut self.stopped => return None,
                () = tokio::time::sleep(HEARTBEAT_INTERVAL) => return Some(HEARTBEAT),
            }
        }
    }
}

/// A client that has read this comment receives every later request.
const START_COMMENT: Bytes = Bytes::from_static(b": listening\n\n");

fn events(batch: &Batch, filter: &RequestFilter) -> String {
    let mut events = String::new();
    if batch.missed > 0 {
        let data = serde_json::json!({ "missed": batch.missed });
        event_text::append(&mut events, "missed", &data);
    }
    for entry in batch.entries.iter().filter(|entry| filter.matches(entry)) {
        let view = RequestView::from(&**entry);
        event_text::append_with_id(&mut events, entry.number, "request", &view);
    }
    events
}
