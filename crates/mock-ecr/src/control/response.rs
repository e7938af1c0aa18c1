//! Answers as bytes.

use bytes::Bytes;
use http::{Response, header};
use serde::Serialize;

use crate::control::error::ControlError;
use crate::http::body::{Payload, whole};

pub(super) type Outcome = Result<Response<Payload>, ControlError>;

pub(super) const JSON: &str = "application/json";

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Outcome {
    Ok(whole(json_bytes(value)))
}

pub(super) fn json_bytes(value: &impl Serialize) -> Response<Bytes> {
    let json = serde_json::to_vec(value).expect("the values of this module are JSON");
    bytes(JSON, json)
}

/// A text of some other kind.
pub(super) fn text(content_type: &'static str, text: String) -> Outcome {
    Ok(whole(bytes(content_type, text.into_bytes())))
}

fn bytes(content_type: &'static str, content: Vec<u8>) -> Response<Bytes> {
    Response::builder()
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_LENGTH, content.len())
        .header(header::CACHE_CONTROL, "no-store")
        .body(content.into())
        .expect("the headers are constants")
}
