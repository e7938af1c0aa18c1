//! Creates the responses of the control API.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::control::error::ControlError;
use crate::http::body::{Payload, whole};
use crate::types::shortened::shortened;

pub(super) type Outcome = Result<Response<Payload>, ControlError>;

pub(super) const JSON: &str = "application/json";

/// Returns a response with a JSON value.
pub(super) fn json(value: &impl Serialize) -> Outcome {
    Ok(whole(json_bytes(value)))
}

/// Returns a response with JSON that was formatted already.
pub(super) fn whole_json(json: Vec<u8>) -> Response<Payload> {
    whole(bytes(JSON, json))
}

/// Returns a response with a text of the given content type.
pub(super) fn text(content_type: &'static str, text: String) -> Outcome {
    Ok(whole(bytes(content_type, text.into_bytes())))
}

/// Returns the response with an error, as JSON. No other function turns a [`ControlError`] into a response.
pub(super) fn error(error: ControlError) -> Response<Payload> {
    let problem = Problem {
        error: shortened(&error.text, MAX_TEXT).into_owned(),
        code: error.code,
        at: error.at,
    };
    let mut response = json_bytes(&problem);
    *response.status_mut() = error.status;
    let headers = response.headers_mut();
    if error.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
    }
    if let Some(Ok(allow)) = error.allow.map(HeaderValue::try_from) {
        headers.insert(header::ALLOW, allow);
    }
    whole(response)
}

/// The body of every error response.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Problem {
    /// What is wrong and what was expected. The text can change between versions.
    error: String,
    /// The error code, which does not change between versions.
    code: &'static str,
    /// The invalid field of the body or the invalid query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
}

/// The maximum length of the text of an error in a response, in characters.
const MAX_TEXT: usize = 4000;

const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"mock-ecr\"");

fn json_bytes(value: &impl Serialize) -> Response<Bytes> {
    let json = serde_json::to_vec(value).expect("the values of this module are JSON");
    bytes(JSON, json)
}

fn bytes(content_type: &'static str, content: Vec<u8>) -> Response<Bytes> {
    Response::builder()
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_LENGTH, content.len())
        .header(header::CACHE_CONTROL, "no-store")
        .body(content.into())
        .expect("the headers are constants")
}
