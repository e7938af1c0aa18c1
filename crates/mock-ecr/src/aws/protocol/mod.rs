//! The wire protocols of AWS services: how a request names its operation and its input, and how outputs and errors are written.

pub(crate) mod json;
mod json_error;
mod query;
mod query_error;
pub(crate) mod response;
mod xml;

use std::borrow::Cow;

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};
use serde::Serialize;

use crate::aws::error::ApiError;
use crate::aws::model::validate::Input;
use crate::aws::service::{Protocol, Service};
use crate::aws::target::Target;

/// What a service does by its protocol.
impl Service {
    /// The operation that a request names, whether there is one of this name or not.
    pub(crate) fn operation_name<'a>(self, request: &'a Parts, body: &'a [u8]) -> Cow<'a, str> {
        match self.protocol() {
            Protocol::Json => Target::of(request).operation.into(),
            Protocol::Query => query::action(request, body).into(),
        }
    }

    /// How many bytes the body of a request may have.
    pub(crate) fn longest_body(self, request: &Parts) -> usize {
        match self.protocol() {
            Protocol::Json => json::longest_body(request),
            Protocol::Query => query::LONGEST_BODY,
        }
    }

    /// Reads the operation that a request names, as `find` has it, and its input.
    ///
    /// # Errors
    ///
    /// When the request is not one of the protocol, or `find` has no such operation.
    pub(crate) fn read<T>(
        self,
        request: &Parts,
        body: &[u8],
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<(T, Input), ApiError> {
        match self.protocol() {
            Protocol::Json => json::read(self, request, body, find),
            Protocol::Query => query::read(self, request, body, find),
        }
    }

    /// The input of a call as the request log has it: in JSON.
    pub(crate) fn recorded_input<'a>(self, body: &'a [u8], input: &Input) -> Cow<'a, [u8]> {
        match self.protocol() {
            Protocol::Json => body.into(),
            Protocol::Query => input.to_json().into(),
        }
    }

    /// Writes the output of an operation.
    pub(crate) fn print(self, output: &impl Serialize) -> String {
        match self.protocol() {
            Protocol::Json => json::print(output),
            Protocol::Query => query::print(output),
        }
    }

    /// The response with an output that [`print`](Service::print) has written.
    pub(crate) fn success(
        self,
        operation: &str,
        output: String,
        request_id: &str,
    ) -> Response<Bytes> {
        match self.protocol() {
            Protocol::Json => json::response(output, request_id),
            Protocol::Query => query::success(self, operation, &output, request_id),
        }
    }

    /// The response with an error: the only place that turns one into bytes.
    pub(crate) fn error(self, error: &ApiError, request_id: &str) -> Response<Bytes> {
        match self.protocol() {
            Protocol::Json => json_error::response(error, request_id),
            Protocol::Query => query_error::response(self, error, request_id),
        }
    }

    /// The code of an error, as the response has it.
    pub(crate) fn error_code(self, error: &ApiError) -> &'static str {
        match self.protocol() {
            Protocol::Json => json_error::code(error),
            Protocol::Query => query_error::code(error),
        }
    }

    /// The content type and the body of an error that a fault injects.
    pub(crate) fn injected_error(
        self,
        status: StatusCode,
        code: &str,
        message: &str,
        request_id: &str,
    ) -> (&'static str, String) {
        match self.protocol() {
            Protocol::Json => (response::CONTENT_TYPE, json_error::body(code, message)),
            Protocol::Query => {
                let body = query_error::body(self, status, code, message, request_id);
                (query::CONTENT_TYPE, body)
            }
        }
    }
}
