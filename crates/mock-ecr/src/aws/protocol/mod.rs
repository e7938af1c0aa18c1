//! The wire protocols of AWS services: how a request names its operation and its input, and how outputs and errors are written.

pub(crate) mod json;
mod json_error;
pub(crate) mod response;

use std::borrow::Cow;

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use serde::Serialize;

use crate::aws::error::ApiError;
use crate::aws::model::validate::Input;
use crate::aws::service::{Protocol, Service};
use crate::aws::target::Target;

/// What a service does by its protocol.
impl Service {
    /// The operation that a request names, whether there is one of this name or not.
    pub(crate) fn operation_name<'a>(self, request: &'a Parts, _body: &'a [u8]) -> Cow<'a, str> {
        match self.protocol() {
            Protocol::Json => Target::of(request).operation.into(),
        }
    }

    /// How many bytes the body of a request may have.
    pub(crate) fn longest_body(self, request: &Parts) -> usize {
        match self.protocol() {
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
        request: &Parts,
        body: &[u8],
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<(T, Input), ApiError> {
        match self.protocol() {
            Protocol::Json => json::read(self, request, body, find),
        }
    }

    /// Writes the output of an operation.
    pub(crate) fn print(self, output: &impl Serialize) -> String {
        match self.protocol() {
            Protocol::Json => json::print(output),
        }
    }

    /// The response with an output that [`print`](Service::print) has written.
    pub(crate) fn success(
        self,
        _operation: &str,
        output: String,
        request_id: &str,
    ) -> Response<Bytes> {
        match self.protocol() {
            Protocol::Json => json::response(output, request_id),
        }
    }

    /// The response with an error: the only place that turns one into bytes.
    pub(crate) fn error(self, error: &ApiError, request_id: &str) -> Response<Bytes> {
        match self.protocol() {
            Protocol::Json => json_error::response(error, request_id),
        }
    }

    /// The code of an error, as the response has it.
    pub(crate) fn error_code(self, error: &ApiError) -> &'static str {
        match self.protocol() {
            Protocol::Json => json_error::code(error),
        }
    }

    /// The content type and the body of an error that a fault injects.
    pub(crate) fn injected_error(
        self,
        code: &str,
        message: &str,
        _request_id: &str,
    ) -> (&'static str, String) {
        match self.protocol() {
            Protocol::Json => (response::CONTENT_TYPE, json_error::body(code, message)),
        }
    }
}
