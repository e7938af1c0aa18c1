//! Errors in AWS JSON 1.1, and the responses to requests in other protocols.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::aws::error::{ApiError, NotAwsJson};
use crate::aws::protocol::response;
use crate::http::buffers::BuffersFull;

/// Returns the code of an error, as it is written in `__type` or in the XML element.
pub(super) fn code(error: &ApiError) -> &'static str {
    match error {
        ApiError::UnknownOperation
        | ApiError::UnknownAction { .. }
        | ApiError::MissingAction(_) => "UnknownOperationException",
        ApiError::NotImplemented(_) => "NotImplemented",
        ApiError::InvalidJson | ApiError::Serialization(_) => "SerializationException",
        ApiError::MissingAuthenticationToken => "MissingAuthenticationTokenException",
        ApiError::IncompleteSignature(_) => "IncompleteSignatureException",
        ApiError::InvalidSignature(_) => "InvalidSignatureException",
        ApiError::UnrecognizedClient => "UnrecognizedClientException",
        ApiError::ExpiredToken => "ExpiredTokenException",
        ApiError::AccessDenied(_) => "AccessDeniedException",
        ApiError::InvalidParameter(_) => "InvalidParameterException",
        ApiError::Modelled { code, .. } => code,
        ApiError::InvalidLayerPart(_) => "InvalidLayerPartException",
        ApiError::Kms(_) => "KmsException",
        ApiError::Server => "ServerException",
        ApiError::NotAwsJson(error) => not_aws_json_code(error),
        ApiError::TooLarge => "RequestEntityTooLarge",
        ApiError::Incomplete => "RequestTimeout",
        ApiError::BuffersFull => "ServiceUnavailable",
    }
}

pub(super) fn response(error: &ApiError, request_id: &str) -> Response<Bytes> {
    let json = match error {
        ApiError::InvalidLayerPart(part) => {
            serde_json::to_string(part).expect("strings and numbers serialize to JSON")
        }
        ApiError::Kms(error) => serde_json::to_string(error).expect("strings serialize to JSON"),
        ApiError::Serialization(text) => Body {
            capital_message: Some(text),
            ..Body::of(error)
        }
        .to_json(),
        ApiError::NotAwsJson(error) => return not_aws_json_response(error, request_id),
        ApiError::TooLarge => return response::empty(StatusCode::PAYLOAD_TOO_LARGE),
        ApiError::Incomplete => return response::empty(StatusCode::REQUEST_TIMEOUT),
        error => Body {
            message: message(error).as_deref(),
            ..Body::of(error)
        }
        .to_json(),
    };
    response::json(status(error), json, request_id)
}

/// Returns the text of an error in the response. Returns `None` if the response contains no text.
pub(super) fn text(error: &ApiError) -> Option<Cow<'_, str>> {
    match error {
        ApiError::InvalidLayerPart(part) => Some(part.message().into()),
        ApiError::Kms(error) => Some(error.message().into()),
        ApiError::Serialization(text) => Some(text.into()),
        ApiError::NotAwsJson(error) => not_aws_json_text(error),
        error => message(error),
    }
}

/// Returns the value of `message`, or `None` for the errors that were recorded without it.
fn message(error: &ApiError) -> Option<Cow<'_, str>> {
    let text = match error {
        ApiError::MissingAuthenticationToken => "Missing Authentication Token",
        ApiError::UnrecognizedClient => "The security token included in the request is invalid.",
        ApiError::ExpiredToken => "The security token included in the request is expired",
        ApiError::NotImplemented(text)
        | ApiError::IncompleteSignature(text)
        | ApiError::InvalidSignature(text)
        | ApiError::InvalidParameter(text)
        | ApiError::Modelled { message: text, .. } => text,
        ApiError::Server => "The store of the registry failed.",
        ApiError::AccessDenied(denied) => return Some(denied.to_string().into()),
        ApiError::BuffersFull => return Some(BuffersFull.to_string().into()),
        _ => return None,
    };
    Some(text.into())
}

/// Returns the status of an error. Source: the service model marks only `ServerException` as a fault.
fn status(error: &ApiError) -> StatusCode {
    match error {
        ApiError::Server => StatusCode::INTERNAL_SERVER_ERROR,
        ApiError::NotImplemented(_) => StatusCode::NOT_IMPLEMENTED,
        ApiError::BuffersFull => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Returns the body of an error with a code and a message.
pub(super) fn body(code: &str, message: &str) -> String {
    let body = Body {
        code,
        capital_message: None,
        message: Some(message),
    };
    body.to_json()
}

/// An error in AWS JSON 1.1, with its members in the recorded order.
///
/// It is not a `Value`: the order of its members depends on whether a crate in the build enables `preserve_order` of serde_json.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "__type")]
    code: &'a str,
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    capital_message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

impl Body<'_> {
    /// Creates the body of an error that has only a code.
    fn of(error: &ApiError) -> Self {
        Body {
            code: code(error),
            capital_message: None,
            message: None,
        }
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings serialize to JSON")
    }
}

fn not_aws_json_code(error: &NotAwsJson) -> &'static str {
    match error {
        NotAwsJson::Unsigned => "MissingAuthenticationTokenException",
        NotAwsJson::IncompleteSignature(_) => "IncompleteSignatureException",
        NotAwsJson::InvalidSignature(_) => "InvalidSignatureException",
        NotAwsJson::UndeterminedOperation => "AccessDeniedException",
        NotAwsJson::UnknownService { .. } => "UnrecognizedClientException",
        NotAwsJson::WrongContentType | NotAwsJson::PlainJson => "UnknownOperationException",
        NotAwsJson::InvalidPlainJson => "SerializationException",
    }
}

fn not_aws_json_response(error: &NotAwsJson, request_id: &str) -> Response<Bytes> {
    let code = not_aws_json_code(error);
    match error {
        NotAwsJson::PlainJson => return plain_json(StatusCode::NOT_FOUND, code, request_id),
        NotAwsJson::InvalidPlainJson => {
            return plain_json(StatusCode::BAD_REQUEST, code, request_id);
        }
        _ => {}
    }
    let Some(message) = not_aws_json_text(error) else {
        let xml = format!("<{code}/>\n");
        return response::of_type(StatusCode::NOT_FOUND, None, xml, request_id);
    };
    let message = escaped(&message);
    let xml = format!("<{code}>\n  <Message>{message}</Message>\n</{code}>\n");
    response::of_type(StatusCode::FORBIDDEN, None, xml, request_id)
}

fn not_aws_json_text(error: &NotAwsJson) -> Option<Cow<'_, str>> {
    let text = match error {
        NotAwsJson::Unsigned => "Missing Authentication Token",
        NotAwsJson::IncompleteSignature(text) | NotAwsJson::InvalidSignature(text) => text,
        NotAwsJson::UndeterminedOperation => {
            "Unable to determine service/operation name to be authorized"
        }
        NotAwsJson::UnknownService { service, operation } => {
            return Some(
                format!("No authorization strategy was found for service: {service}, operation: {operation}")
                    .into(),
            );
        }
        NotAwsJson::WrongContentType | NotAwsJson::PlainJson | NotAwsJson::InvalidPlainJson => {
            return None;
        }
    };
    Some(text.into())
}

fn plain_json(status: StatusCode, code: &str, request_id: &str) -> Response<Bytes> {
    let name = format!("com.amazon.coral.service#{code}");
    let body = json!({ "Output": { "__type": name }, "Version": "1.0" });
    response::of_type(
        status,
        Some("application/json"),
        body.to_string(),
        request_id,
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
