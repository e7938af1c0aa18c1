//! AWS JSON 1.1: parses requests, and formats outputs.

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, StatusCode, header};
use serde::Serialize;

use crate::aws::error::{ApiError, NotAwsJson};
use crate::aws::model::validate::Input;
use crate::aws::protocol::response::{self, CONTENT_TYPE};
use crate::aws::service::AwsService;
use crate::aws::sigv4;
use crate::aws::sigv4::SigV4Error;
use crate::aws::target::Target;
use crate::types::json_size;

/// Returns the maximum size of the body of a request, in bytes.
///
/// It is 7 MiB, the limit of Kinesis (`[ANALOG]`, source: mhart/kinesalite). For `UploadLayerPart` it is larger: a layer part has up
/// to 20,971,520 bytes in the service model, and base64 encodes three bytes as four. For `PutImage` it is larger, too: a manifest has up to
/// 4,194,304 characters, each of which can be escaped by 6 bytes. A character beyond U+FFFF can be escaped by 12 bytes, but no client writes
/// manifests of millions of them.
pub(crate) fn max_body_size(request: &Parts) -> usize {
    match Target::of(request).operation {
        "UploadLayerPart" => 29 << 20,
        "PutImage" => 25 << 20,
        _ => 7 << 20,
    }
}

/// The largest number of values in the body of a request, which is parsed before its signature is verified. The longest valid input has
/// lists of a few thousand elements. `[ASSUME]`
const MAX_VALUES: usize = 50_000;

/// Parses the input of a request, and looks up the operation that it names with `find`.
///
/// # Errors
///
/// Returns an error if the request is not AWS JSON 1.1, its body is not a JSON object, or `find` returns no operation, in this order.
pub(crate) fn read<T>(
    service: AwsService,
    request: &Parts,
    body: &[u8],
    find: impl Fn(&str) -> Option<T>,
) -> Result<(T, Input), ApiError> {
    let target = Target::of(request);
    let is_for_service = service.target_prefix() == Some(target.prefix);
    match content_type(request) {
        _ if request.method != Method::POST => Err(wrong_method(request)),
        CONTENT_TYPE => {
            let operation = is_for_service.then_some(target.operation);
            read_json(body, operation, find)
        }
        "application/json" => Err(plain_json(body)),
        _ => Err(wrong_content_type(service, request, body)),
    }
}

/// Returns an output as JSON. Its members are in the order of its fields, which is alphabetical, as in ECR.
pub(crate) fn print(output: &impl Serialize) -> String {
    serde_json::to_string(output).expect("outputs contain only texts, numbers, lists and objects")
}

/// Returns the response with an output.
pub(super) fn response(output: String, request_id: &str) -> Response<Bytes> {
    response::json(StatusCode::OK, output, request_id)
}

/// Returns the content type without its parameters and without spaces around it.
fn content_type(request: &Parts) -> &str {
    let value = request.headers.get(header::CONTENT_TYPE);
    let text = value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

/// Checks the body before the target. An empty body is checked after the target.
fn read_json<T>(
    body: &[u8],
    named: Option<&str>,
    find: impl Fn(&str) -> Option<T>,
) -> Result<(T, Input), ApiError> {
    let operation = named.and_then(find).ok_or(ApiError::UnknownOperation);
    if body.is_empty() {
        return operation.and(Err(ApiError::InvalidJson));
    }
    if !json_size::has_at_most(MAX_VALUES, body) {
        return Err(ApiError::TooLarge);
    }
    let input = Input::parse(body).ok_or(ApiError::InvalidJson)?;
    Ok((operation?, input))
}

fn wrong_method(request: &Parts) -> ApiError {
    ApiError::NotAwsJson(signature_fault(request).unwrap_or(NotAwsJson::UndeterminedOperation))
}

fn wrong_content_type(service: AwsService, request: &Parts, body: &[u8]) -> ApiError {
    if let Some(fault) = signature_fault(request) {
        return ApiError::NotAwsJson(fault);
    }
    let Target { prefix, operation } = Target::of(request);
    ApiError::NotAwsJson(
        if body.is_empty() || prefix.is_empty() || operation.is_empty() {
            NotAwsJson::UndeterminedOperation
        } else if service.target_prefix() == Some(prefix) {
            NotAwsJson::WrongContentType
        } else {
            NotAwsJson::UnknownService {
                service: prefix.to_owned(),
                operation: operation.to_owned(),
            }
        },
    )
}

/// Returns the error of a request with `application/json`. An empty body is treated as an object.
fn plain_json(body: &[u8]) -> ApiError {
    if !json_size::has_at_most(MAX_VALUES, body) {
        return ApiError::TooLarge;
    }
    let is_json = body.is_empty() || Input::parse(body).is_some();
    ApiError::NotAwsJson(if is_json {
        NotAwsJson::PlainJson
    } else {
        NotAwsJson::InvalidPlainJson
    })
}

/// Returns the error in the form of the signature. For a request in another protocol, the signature itself is not verified.
fn signature_fault(request: &Parts) -> Option<NotAwsJson> {
    sigv4::check_form(request).err().map(|error| match error {
        SigV4Error::Incomplete(text) => NotAwsJson::IncompleteSignature(text),
        SigV4Error::Invalid(text) => NotAwsJson::InvalidSignature(text),
        _ => NotAwsJson::Unsigned,
    })
}
