//! The wire protocols of AWS services: how a request names its operation and its input, and how outputs and errors are written.

pub(crate) mod json;
mod json_error;
pub(crate) mod response;

use std::borrow::Cow;

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};
use serde::Serialize;

use crate::aws::error::ApiError;
use crate::aws::model::validate::Input;
use crate::aws::service::{Protocol, Service};
use crate::aws::target::Target;

impl Protocol {
    /// The operation that a request names, whether there is one of this name or not.
    pub(crate) fn operation_name<'a>(self, request: &'a Parts, _body: &'a [u8]) -> Cow<'a, str> {
        match self {
            Protocol::Json => Target::of(request).operation.into(),
        }
    }

    /// How many bytes the body of a request may have.
    pub(crate) fn longest_body(self, request: &Parts) -> usize {
        match self {
            Protocol::Json => json::longest_body(request),
        }
    }

    /// Reads the operation that a request names, as `find` has it, and its input.
    ///
    /// # Errors
    ///
    /// When the request is not one of the protocol, or `find` has no such operation.
    pub(crate) fn read<T>(
        self,
        service: Service,
        request: &Parts,
        body: &[u8],
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<(T, Input), ApiError> {
        match self {
            Protocol::Json => json::read(service, request, body, find),
        }
    }

    /// Writes an output.
    pub(crate) fn print(self, output: &impl Serialize) -> String {
        match self {
            Protocol::Json => json::print(output),
        }
    }

    /// The response with an output that [`print`](Protocol::print) has written.
    pub(crate) fn success(self, output: String, request_id: &str) -> Response<Bytes> {
        match self {
            Protocol::Json => response::json(StatusCode::OK, output, request_id),
        }
    }

    /// The response with an error: the only place that turns one into bytes.
    pub(crate) fn error(self, error: &ApiError, request_id: &str) -> Response<Bytes> {
        match self {
            Protocol::Json => json_error::response(error, request_id),
        }
    }

    /// The code of an error, as the response has it.
    pub(crate) fn code(self, error: &ApiError) -> &'static str {
        match self {
            Protocol::Json => json_error::code(error),
        }
    }

    /// The content type and the body of an error that has a code and a message.
    pub(crate) fn error_body(self, code: &str, message: &str) -> (&'static str, String) {
        match self {
            Protocol::Json => (response::CONTENT_TYPE, json_error::body(code, message)),
        }
    }
}
