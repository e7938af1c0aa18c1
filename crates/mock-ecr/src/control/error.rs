//! What is said of a request that will not do: what is wrong, where, and what would do instead.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

use crate::control::response;

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct ControlError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    text: String,
    at: Option<String>,
    allow: Option<String>,
}

/// What every refusal says.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Problem {
    /// What is wrong, and what would do instead.
    error: String,
    /// The same in a word that does not change.
    code: &'static str,
    /// The field of the body, or the parameter of the query, that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
}

impl ControlError {
    pub(super) fn new(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        ControlError {
            status,
            code,
            text: text.into(),
            at: None,
            allow: None,
        }
    }

    /// A parameter of the query that will not do.
    pub(super) fn query(name: &str, text: impl Into<String>) -> Self {
        ControlError::new(StatusCode::BAD_REQUEST, "BAD_QUERY", text).at(name)
    }

    /// A body that will not do.
    pub(super) fn body(text: impl Into<String>) -> Self {
        ControlError::new(StatusCode::BAD_REQUEST, "BAD_BODY", text)
    }

    /// Names where it is, if it is anywhere: `.` and `?` are how a path is written that leads nowhere.
    pub(super) fn at(self, name: &str) -> Self {
        let is_place = !["", ".", "?"].contains(&name);
        let at = is_place.then(|| name.chars().take(100).collect());
        ControlError { at, ..self }
    }

    /// Names the methods that would do.
    pub(super) fn allow(self, methods: String) -> Self {
        let allow = Some(methods);
        ControlError { allow, ..self }
    }

    /// The mock is about to end, and nothing more will come.
    pub(super) fn stopping() -> Self {
        let text = "the mock was told to stop";
        ControlError::new(StatusCode::SERVICE_UNAVAILABLE, "STOPPING", text)
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        let problem = Problem {
            error: self.text,
            code: self.code,
            at: self.at,
        };
        let mut response = response::json_bytes(&problem);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        if let Some(Ok(allow)) = self.allow.map(HeaderValue::try_from) {
            headers.insert(header::ALLOW, allow);
        }
        response
    }
}

const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"mock-ecr\"");
