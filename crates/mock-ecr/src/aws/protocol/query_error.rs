//! Errors in the Query protocol.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::aws::error::ApiError;
use crate::aws::protocol::query::{CONTENT_TYPE, INVALID_ACTION};
use crate::aws::protocol::response;
use crate::aws::protocol::xml::escaped;
use crate::aws::service::AwsService;
use crate::http::buffers::BuffersFull;

/// Returns the code of an error.
///
/// Sources: apache/hadoop#6544 (`InvalidClientTokenId`), pulumi/pulumi-aws#3866 (`ExpiredToken`), hashicorp/terraform#23701
/// (`SignatureDoesNotMatch`), jenkinsci/aws-credentials-plugin#72 (`IncompleteSignature`), aws/karpenter-provider-aws#4680
/// (`AccessDenied`), amzn/selling-partner-api-docs#3081 (`MissingAuthenticationToken`, 2023), `sts_oracle.rs` of justincormack/argmin
/// (`MalformedInput`, `ValidationError`; see [`query::read`](super::query::read)). The code of `MissingAction` is only in the request log: the
/// response has no body. The others are `[ASSUME]`.
pub(super) fn code(error: &ApiError) -> &'static str {
    match error {
        ApiError::UnknownOperation | ApiError::UnknownAction { .. } | ApiError::NotAwsJson(_) => {
            INVALID_ACTION
        }
        ApiError::MissingAction(_) => "MissingAction",
        ApiError::NotImplemented(_) => "NotImplemented",
        ApiError::InvalidJson | ApiError::Serialization(_) => "MalformedInput",
        ApiError::MissingAuthenticationToken => "MissingAuthenticationToken",
        ApiError::IncompleteSignature(_) => "IncompleteSignature",
        ApiError::InvalidSignature(_) => "SignatureDoesNotMatch",
        ApiError::UnrecognizedClient => "InvalidClientTokenId",
        ApiError::ExpiredToken => "ExpiredToken",
        ApiError::AccessDenied(_) => "AccessDenied",
        ApiError::InvalidParameter(_) => "ValidationError",
        ApiError::Modelled { code, .. } => code,
        ApiError::InvalidLayerPart(_) | ApiError::Kms(_) | ApiError::Server => "InternalFailure",
        ApiError::TooLarge => "RequestEntityTooLarge",
        ApiError::Incomplete => "RequestTimeout",
        ApiError::BuffersFull => "ServiceUnavailable",
    }
}

/// Returns the name of a common error in the Query protocol. Sources: see [`code`]; for `Throttling`,
/// jlevers/selling-partner-api#278 (2022), aws/aws-sdk-go-v2#2481 (2024).
pub(super) fn common_code(code: &'static str) -> &'static str {
    match code {
        "ThrottlingException" => "Throttling",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "AccessDeniedException" => "AccessDenied",
        code => code,
    }
}

pub(super) fn response(service: AwsService, error: &ApiError, request_id: &str) -> Response<Bytes> {
    let status = match error {
        ApiError::TooLarge => return response::empty(StatusCode::PAYLOAD_TOO_LARGE),
        ApiError::Incomplete => return response::empty(StatusCode::REQUEST_TIMEOUT),
        ApiError::MissingAction(location) => return redirect(location, request_id),
        error => status(error),
    };
    let text = match error {
        ApiError::UnknownAction { action, version } => {
            unknown_action(beginning(action), beginning(version))
        }
        error => message(error),
    };
    let xml = body(service, status, code(error), &text, request_id);
    response::of_type(status, Some(CONTENT_TYPE), xml, request_id)
}

/// Returns the first 100 characters of a text.
fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(100);
    end.map_or(text, |(end, _)| &text[..end])
}

/// Source of the text: see [`query::read`](super::query::read).
fn unknown_action(action: &str, version: &str) -> String {
    format!("Could not find operation {action} for version {version}")
}

/// Returns a redirect. The redirects of STS have no body and no content type. Source: see [`query::read`](super::query::read).
fn redirect(location: &str, request_id: &str) -> Response<Bytes> {
    let mut response = response::of_type(StatusCode::FOUND, None, "", request_id);
    // A query can contain bytes that a header cannot.
    if let Ok(location) = HeaderValue::from_bytes(location.as_bytes()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The namespace of [`INVALID_ACTION`]: that of AWS's framework for services and not that of the service. Source: see
/// [`query::read`](super::query::read).
const FAULT_NAMESPACE: &str = "http://webservices.amazon.com/AWSFault/2005-15-09";

/// Returns the body of an error. Source of the format: a recorded error in smithy-rs, `web_identity_token_invalid_jwt`.
pub(super) fn body(
    service: AwsService,
    status: StatusCode,
    code: &str,
    message: &str,
    request_id: &str,
) -> String {
    let namespace = match code {
        INVALID_ACTION => FAULT_NAMESPACE,
        _ => service.xml_namespace(),
    };
    let fault = match status.is_server_error() {
        true => "Receiver",
        false => "Sender",
    };
    let message = escaped(message);
    format!(
        "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>{fault}</Type>\n    <Code>{code}</Code>\n    <Message>{message}</Message>\n  </Error>\n  <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n"
    )
}

fn status(error: &ApiError) -> StatusCode {
    match error {
        ApiError::MissingAuthenticationToken
        | ApiError::InvalidSignature(_)
        | ApiError::UnrecognizedClient
        | ApiError::ExpiredToken
        | ApiError::AccessDenied(_) => StatusCode::FORBIDDEN,
        ApiError::NotImplemented(_) => StatusCode::NOT_IMPLEMENTED,
        ApiError::BuffersFull => StatusCode::SERVICE_UNAVAILABLE,
        ApiError::InvalidLayerPart(_) | ApiError::Kms(_) | ApiError::Server => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Returns the text of an error, whose values are not truncated. Returns `None` if the response contains no text.
pub(super) fn text(error: &ApiError) -> Option<String> {
    match error {
        ApiError::TooLarge | ApiError::Incomplete | ApiError::MissingAction(_) => None,
        error => Some(message(error)),
    }
}

fn message(error: &ApiError) -> String {
    let text = match error {
        ApiError::NotImplemented(text)
        | ApiError::Serialization(text)
        | ApiError::IncompleteSignature(text)
        | ApiError::InvalidSignature(text)
        | ApiError::InvalidParameter(text)
        | ApiError::Modelled { message: text, .. } => text,
        ApiError::UnknownAction { action, version } => return unknown_action(action, version),
        ApiError::AccessDenied(denied) => return denied.to_string(),
        ApiError::BuffersFull => return BuffersFull.to_string(),
        ApiError::MissingAuthenticationToken => "Request is missing Authentication Token",
        ApiError::UnrecognizedClient => "The security token included in the request is invalid.",
        ApiError::ExpiredToken => "The security token included in the request is expired",
        _ => "The request processing has failed because of an unknown error.",
    };
    text.to_owned()
}
