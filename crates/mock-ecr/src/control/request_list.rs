//! Sends lists of received requests: a short list at once, and a long one in chunks.
//!
//! A long list is not created in memory as a whole. A client that does not read it prevents only that the requests in it are discarded, and
//! their size is reserved until the client has read the list.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, header};
use serde::Serialize;

use crate::control::response;
use crate::control::response::{JSON, Outcome};
use crate::http::body;
use crate::http::body::BufferedSize;
use crate::request_log::ReceivedRequest;

/// Appends the JSON form of a request.
pub(super) type AppendJson = fn(&ReceivedRequest, &mut Vec<u8>);

/// Returns the response with a JSON document. `empty` is the document with an empty list, which must be its last array; the requests are
/// inserted there.
pub(super) fn respond(
    empty: &impl Serialize,
    entries: Vec<Arc<ReceivedRequest>>,
    append: AppendJson,
) -> Outcome {
    let empty = serde_json::to_string(empty).expect("the values of this module are JSON");
    let (start, end) = empty.rsplit_once("[]").expect("the document has a list");
    let size = entries.iter().map(|entry| entry.size()).sum();
    let list = RequestList {
        start: Some(format!("{start}[").into_bytes()),
        end: format!("]{end}").into_bytes(),
        entries: entries.into_iter(),
        append,
    };
    if size <= MAX_WHOLE {
        return Ok(whole(list));
    }
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, JSON)
        .header(header::CACHE_CONTROL, "no-store")
        .body(body::infallible_stream(futures_util::stream::iter(list)))
        .expect("the headers are constants");
    response.extensions_mut().insert(BufferedSize(size));
    Ok(response)
}

fn whole(list: RequestList) -> Response<body::Payload> {
    let chunks: Vec<Bytes> = list.collect();
    response::whole_json(chunks.concat())
}

/// The approximate size of the requests up to which a list is sent at once, in bytes.
const MAX_WHOLE: usize = 256 << 10;

/// The chunks of a list.
struct RequestList {
    start: Option<Vec<u8>>,
    entries: std::vec::IntoIter<Arc<ReceivedRequest>>,
    end: Vec<u8>,
    append: AppendJson,
}

impl Iterator for RequestList {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.end.is_empty() {
            return None;
        }
        let (mut chunk, mut is_first) = match self.start.take() {
            Some(start) => (start, true),
            None => (Vec::new(), false),
        };
        while chunk.len() < CHUNK_SIZE {
            let Some(entry) = self.entries.next() else {
                chunk.append(&mut self.end);
                break;
            };
            if !std::mem::take(&mut is_first) {
                chunk.push(b',');
            }
            (self.append)(&entry, &mut chunk);
        }
        Some(chunk.into())
    }
}

const CHUNK_SIZE: usize = 64 << 10;
