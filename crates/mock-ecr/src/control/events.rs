//! `events`: streams the requests of clients, and what happens between them, for the console.

use std::pin::{Pin, pin};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::Method;
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::sleep;

use crate::control::clock::ClockView;
use crate::control::error::ControlError;
use crate::control::event_text;
use crate::control::event_text::{EVENTS, HEARTBEAT, HEARTBEAT_INTERVAL};
use crate::control::query_value::number;
use crate::control::request::ControlRequest;
use crate::control::request_view::RequestView;
use crate::control::response::Outcome;
use crate::control::revisions::{Revisions, RevisionsView};
use crate::control::route::{Content, Route, fields};
use crate::request_log::{Cursor, FollowedEntry, MAX_REQUESTS, Mark, MarkedEvent, RequestLog};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "events",
    summary: "Streams the requests of clients, the changes of the clock, and the numbers of changes of the other parts of the state, as server-sent events with JSON data.",
    query: &[fields::<EventParams>()],
    body: None,
    response: Content::Text(EVENTS),
    run: |request| async move { stream(&request) }.boxed(),
}];

/// The query parameter that selects the first request.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EventParams {
    /// The number of the first request in the stream. The default is the number of the next request.
    #[serde(default, deserialize_with = "number")]
    after: Option<u64>,
}

/// The data of the first event.
#[derive(Serialize)]
struct Hello<'a> {
    version: &'static str,
    instance: &'a str,
    first: u64,
    next: u64,
    limit: usize,
    clock: ClockView,
    revisions: RevisionsView,
}

/// The data of an event for a change of the clock.
#[derive(Serialize)]
struct ClockChange {
    #[serde(flatten)]
    clock: ClockView,
    /// The number of the next request.
    before_request: u64,
}

/// The data of an event for the removal of all requests.
#[derive(Serialize)]
struct Cleared {
    next: u64,
}

/// The data of an event for requests that were discarded before the client has read them.
#[derive(Serialize)]
struct Missed {
    count: u64,
}

fn stream(request: &ControlRequest<'_>) -> Outcome {
    let EventParams { after } = request.query()?;
    let state = request.state;
    let permit = state.streams.try_acquire();
    let permit = permit.map_err(ControlError::limit_reached)?;
    // A change between these steps is in the first event, and again in a later one.
    let mut revisions = Revisions::of(state);
    let read = revisions.read();
    let (numbers, cursor) = state.request_log.follow(after);
    let hello = Hello {
        version: env!("CARGO_PKG_VERSION"),
        instance: &state.instance,
        first: numbers.start,
        next: numbers.end,
        limit: MAX_REQUESTS,
        clock: ClockView::of(state.clock.reading()),
        revisions: read,
    };
    let mut first = String::new();
    event_text::append(&mut first, "hello", &hello);
    let reader = Reader {
        _permit: permit,
        first: Some(first.into()),
        request_log: state.request_log.clone(),
        cursor,
        revisions,
        stopped: Box::pin(state.stopped()),
    };
    let events = futures_util::stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((event, reader))
    });
    Ok(event_text::response(events))
}

/// The state of one stream. Only one batch of events is in memory, and requests are discarded even if a client has not read them. Such a client
/// receives the number of discarded requests, and the latest of several changes.
struct Reader {
    _permit: OwnedSemaphorePermit,
    first: Option<Bytes>,
    request_log: RequestLog,
    cursor: Cursor,
    revisions: Revisions,
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Reader {
    /// Returns the next part of the stream. Returns nothing if the mock is stopping, or if the client has to begin again because the request log has
    /// discarded changes of the clock.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        let mut heartbeat = pin!(sleep(HEARTBEAT_INTERVAL));
        loop {
            let request_log = self.request_log.clone();
            let mut next = pin!(request_log.next());
            // What is recorded after `followed` must end the wait.
            next.as_mut().enable();
            let events = self.events()?;
            if !events.is_empty() {
                return Some(events.into());
            }
            tokio::select! {
                () = next => {}
                () = self.revisions.changed() => {}
                () = &mut self.stopped => return None,
                () = &mut heartbeat => return Some(HEARTBEAT),
            }
        }
    }

    /// Returns the events that are not sent yet, without waiting.
    fn events(&mut self) -> Option<String> {
        let revisions = self.revisions.read_changed();
        let followed = self.request_log.followed(&mut self.cursor)?;
        let mut events = String::new();
        if followed.missed > 0 {
            let count = followed.missed;
            event_text::append(&mut events, "missed", &Missed { count });
        }
        for entry in &followed.entries {
            append(&mut events, entry);
        }
        if let Some(revisions) = revisions {
            event_text::append(&mut events, "changed", &revisions);
        }
        Some(events)
    }
}

fn append(events: &mut String, entry: &FollowedEntry) {
    match entry {
        FollowedEntry::Request(entry) => {
            let view = RequestView::from(&**entry);
            event_text::append_with_id(events, entry.number, "request", &view);
        }
        FollowedEntry::Mark(Mark {
            before_request,
            event: MarkedEvent::Clock(reading),
        }) => {
            let change = ClockChange {
                clock: ClockView::of(*reading),
                before_request: *before_request,
            };
            event_text::append(events, "clock", &change);
        }
        FollowedEntry::Mark(Mark {
            before_request,
            event: MarkedEvent::Cleared,
        }) => {
            let next = *before_request;
            event_text::append(events, "reset", &Cleared { next });
        }
    }
}
