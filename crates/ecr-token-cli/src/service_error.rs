//! Parses an error response of ECR by the rules of v1.
//!
//! The SDK has other rules: it prefers the header `x-amzn-errortype` and the member `code`, and drops a body that is not
//! JSON.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use http::StatusCode;
use serde_json::Value;

use crate::python;
use crate::python_json::{self, JsonError};

/// The code and the message of an error response.
#[derive(Debug, PartialEq)]
pub(crate) struct ServiceError {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// The error for a response that v1 cannot parse, with the text of Python.
#[derive(Debug, PartialEq)]
pub(crate) struct Unreadable(pub(crate) String);

impl ServiceError {
    /// Parses a response whose body is loaded.
    ///
    /// # Errors
    /// Returns an error if the body is not UTF-8, if it is JSON but not an object, or if `__type` is not a string.
    pub(crate) fn read(response: &HttpResponse) -> Result<Self, Unreadable> {
        let status = response.status().as_u16();
        let body = response.body().bytes().unwrap_or_default();
        let is_html = body.trim_ascii_start().starts_with(b"<html>");
        if status >= 500 && (body.is_empty() || is_html) {
            return Ok(Self {
                code: status.to_string(),
                message: reason(status),
            });
        }
        let body = std::str::from_utf8(body)
            .map_err(|error| Unreadable(python::decode_error(body, error)))?;
        let document = match python_json::parse(body) {
            Ok(document) => document,
            Err(JsonError::Invalid(_)) => {
                return Ok(Self {
                    code: status.to_string(),
                    message: body.to_owned(),
                });
            }
            Err(error) => return Err(Unreadable(error.to_string())),
        };
        let Value::Object(members) = document else {
            return Err(Unreadable(python::attribute_error(&document)));
        };
        let header = response.headers().get("x-amzn-query-error");
        let code = match header.and_then(query_code) {
            Some(code) => code.to_owned(),
            None => code(members.get("__type"), status)?,
        };
        let message = members.get("message").or_else(|| members.get("Message"));
        let message = message.map(python::str).unwrap_or_default();
        Ok(Self { code, message })
    }
}

impl ServiceError {
    /// Parses an error response of a service with the REST protocol, such as IAM Identity Center. The code is in a header, or in the member
    /// `code` of the body.
    ///
    /// # Errors
    /// Returns the errors of [`ServiceError::read`].
    pub(crate) fn read_rest(response: &HttpResponse) -> Result<Self, Unreadable> {
        let error = Self::read(response)?;
        let body = response.body().bytes().unwrap_or_default();
        let body = std::str::from_utf8(body).unwrap_or_default();
        let body = python_json::parse(body).unwrap_or_default();
        let member = body.get("code").or_else(|| body.get("Code"));
        let header = response.headers().get("x-amzn-errortype");
        let code = header
            .map(str::to_owned)
            .or_else(|| member.map(python::str));
        Ok(match code {
            Some(code) => Self {
                code: short_code(&code).to_owned(),
                ..error
            },
            None => error,
        })
    }
}

/// Returns the code of `Code;Sender`. A header in another form is ignored.
fn query_code(header: &str) -> Option<&str> {
    let (code, kind) = header.split_once(';')?;
    (!code.is_empty() && !kind.contains(';')).then_some(code)
}

/// Returns `Code` for `namespace#Code:http://…`, and the status if `__type` is missing.
fn code(kind: Option<&Value>, status: u16) -> Result<String, Unreadable> {
    match kind {
        None => Ok(status.to_string()),
        Some(Value::Null) => Ok(String::new()),
        Some(Value::String(kind)) => Ok(short_code(kind).to_owned()),
        Some(other) => {
            let class = python::class(other);
            Err(Unreadable(match other {
                Value::Array(_) | Value::Object(_) => format!("unhashable type: '{class}'"),
                _ => format!("argument of type '{class}' is not iterable"),
            }))
        }
    }
}

/// Returns `Code` for `namespace#Code:http://…`.
fn short_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default()
}

pub(crate) fn reason(status: u16) -> String {
    let status = StatusCode::from_u16(status).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    reason.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::http::StatusCode;

    fn read(header: Option<&'static str>, status: u16, body: &'static str) -> ServiceError {
        let status = StatusCode::try_from(status).unwrap();
        let mut response = HttpResponse::new(status, body.into());
        if let Some(header) = header {
            let headers = response.headers_mut();
            headers.insert("x-amzn-query-error", header);
        }
        ServiceError::read(&response).unwrap()
    }

    /// Recorded from AWS CLI 1.46.3.
    #[test]
    fn the_error_code_header_needs_two_parts() {
        for (header, code) in [
            ("Q.Code;Sender", "Q.Code"),
            ("Q;", "Q"),
            ("Q.Code", "X"),
            (";Sender", "X"),
            ("A;B;C", "X"),
            ("", "X"),
        ] {
            let error = read(Some(header), 400, r#"{"__type":"X"}"#);
            assert_eq!(error.code, code, "{header}");
        }
    }

    #[test]
    fn an_html_error_page_is_not_printed() {
        for body in ["", "<html>x", " \n<html>x"] {
            assert_eq!(read(None, 502, body).message, "Bad Gateway", "{body}");
        }
        assert_eq!(read(None, 404, "<html>").message, "<html>");
    }
}
