//! The wire protocols of AWS services: they parse the operation and the input of a request, and format outputs and errors.

pub(crate) mod json;
mod json_error;
mod query;
mod query_error;
pub(crate) mod response;
mod xml;

use std::borrow::Cow;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde::Serialize;

use crate::aws::error::ApiError;
use crate::aws::model::validate::Input;
use crate::aws::service::{AwsService, Protocol};
use crate::aws::target::Target;

/// The methods of a service that depend on its protocol.
impl AwsService {
    /// Returns whether the body of a request names the operation.
    pub(crate) fn has_operation_in_body(self, request: &Parts) -> bool {
        match self.protocol() {
            Protocol::Json => false,
            Protocol::Query => request.method != Method::GET,
        }
    }

    /// Returns the operation name in a request. The operation may not exist. The name is empty if the request names another service.
    pub(crate) fn operation_name<'a>(self, request: &'a Parts, body: &'a [u8]) -> Cow<'a, str> {
        match self.protocol() {
            Protocol::Json => Target::of(request).operation_of(self).into(),
            Protocol::Query => query::action(request, body).into(),
        }
    }

    /// Returns the maximum size of the body of a request, in bytes.
    pub(crate) fn max_body_size(self, request: &Parts) -> usize {
        match self.protocol() {
            Protocol::Json => json::max_body_size(request),
            Protocol::Query => query::MAX_BODY_SIZE,
        }
    }

    /// Parses the input of a request, and looks up the operation that it names with `find`.
    ///
    /// # Errors
    ///
    /// Returns an error if the request does not follow the protocol, or `find` returns no operation.
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

    /// Returns the input of a call in JSON, for the request log.
    pub(crate) fn recorded_input<'a>(self, body: &'a [u8], input: &Input) -> Cow<'a, [u8]> {
        match self.protocol() {
            Protocol::Json => body.into(),
            Protocol::Query => input.to_json().into(),
        }
    }

    /// Formats the output of an operation, for [`success`](AwsService::success).
    pub(crate) fn print(self, output: &impl Serialize) -> String {
        match self.protocol() {
            Protocol::Json => json::print(output),
            Protocol::Query => query::print(output),
        }
    }

    /// Returns the response with an output that [`print`](AwsService::print) has formatted.
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

    /// Returns the response with an error. This is the only function that converts an [`ApiError`] to bytes.
    pub(crate) fn error(self, error: &ApiError, request_id: &str) -> Response<Bytes> {
        match self.protocol() {
            Protocol::Json => json_error::response(error, request_id),
            Protocol::Query => query_error::response(self, error, request_id),
        }
    }

    /// Returns the code of an error, as it is written in the response.
    pub(crate) fn error_code(self, error: &ApiError) -> &'static str {
        match self.protocol() {
            Protocol::Json => json_error::code(error),
            Protocol::Query => query_error::code(error),
        }
    }

    /// Returns the text of an error for the request log, which redacts secrets and truncates the text afterwards. The response can contain
    /// shorter values. Returns `None` if the response contains no text.
    pub(crate) fn error_text(self, error: &ApiError) -> Option<Cow<'_, str>> {
        match self.protocol() {
            Protocol::Json => json_error::text(error),
            Protocol::Query => query_error::text(error).map(Cow::Owned),
        }
    }

    /// Returns the code with which the service returns an error that a fault injects.
    pub(crate) fn injected_code(self, code: &'static str) -> &'static str {
        match self.protocol() {
            Protocol::Json => code,
            Protocol::Query => query_error::common_code(code),
        }
    }

    /// Returns the content type and the body of an error that a fault injects.
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
