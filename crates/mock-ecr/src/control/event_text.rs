//! The text of server-sent events, and responses that consist of them. Source: the HTML standard, "Server-sent events".

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use http::{Response, header};
use serde::Serialize;

use crate::http::body;
use crate::http::body::Payload;

pub(super) const EVENTS: &str = "text/event-stream";

/// A periodic comment detects a closed connection, and prevents proxies from closing an idle one.
pub(super) const HEARTBEAT: Bytes = Bytes::from_static(b": no event\n\n");
pub(super) const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);

/// Returns the response with a stream of events.
pub(super) fn response(events: impl Stream<Item = Bytes> + Send + 'static) -> Response<Payload> {
    let response = Response::builder()
        .header(header::CONTENT_TYPE, EVENTS)
        .header(header::CACHE_CONTROL, "no-store")
        .body(body::infallible_stream(events));
    response.expect("the headers are constants")
}

/// Appends an event. Its data is JSON on one line.
pub(super) fn append(events: &mut String, name: &str, data: &impl Serialize) {
    let json = serde_json::to_string(data).expect("the values of this module are JSON");
    write!(events, "event: {name}\ndata: {json}\n\n").expect("writing to a String does not fail");
}

/// Appends an event with an ID.
pub(super) fn append_with_id(events: &mut String, id: u64, name: &str, data: &impl Serialize) {
    writeln!(events, "id: {id}").expect("writing to a String does not fail");
    append(events, name, data);
}
