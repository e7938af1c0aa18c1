//! Telling an AWS JSON 1.1 request from everything else that is sent to the API.

use http::request::Parts;
use http::{Method, header};

use crate::aws::error::{ApiError, Foreign};
use crate::aws::model::validate::Input;
use crate::aws::protocol::response::CONTENT_TYPE;
use crate::aws::sigv4;
use crate::aws::sigv4::SigV4Error;
use crate::services::ecr::Call;
use crate::services::ecr::table::Operation;

/// Source: `targetPrefix` of the service model.
const TARGET_PREFIX: &str = "AmazonEC2ContainerRegistry_V20150921";

/// How many bytes the body of a call may have.
///
/// 7 MiB, the limit of Kinesis (`[ANALOG]`, source: mhart/kinesalite); but a part of a layer has up to 20,971,520 bytes in the
/// service model, and base64 makes four of three.
pub(crate) fn longest_body(request: &Parts) -> usize {
    let target = request.headers.get("x-amz-target");
    let is_part = target.is_some_and(|target| target.as_bytes().ends_with(b".UploadLayerPart"));
    if is_part { 29 << 20 } else { 7 << 20 }
}

/// Finds out which operation is called, and with which input.
///
/// # Errors
///
/// When the request is not AWS JSON 1.1, its body not a JSON object, or its target none that the mock has, checked in this
/// order.
pub(crate) fn read(call: &Call<'_>) -> Result<(Operation, Input), ApiError> {
    let target = Target::of(call);
    match content_type(call) {
        _ if call.request.method != Method::POST => Err(foreign_method(call)),
        CONTENT_TYPE => read_json(call, &target),
        "application/json" => Err(plain_json(call)),
        _ => Err(foreign_content(call, &target)),
    }
}

/// What follows a semicolon says nothing, and neither do spaces around it.
fn content_type<'a>(call: &Call<'a>) -> &'a str {
    let value = call.request.headers.get(header::CONTENT_TYPE);
    let text = value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

/// An empty body is looked at after the target, any other before it.
fn read_json(call: &Call<'_>, target: &Target<'_>) -> Result<(Operation, Input), ApiError> {
    if call.body.is_empty() {
        let unread = |_| Err(ApiError::Unreadable);
        return target
            .operation()
            .map_or(Err(ApiError::UnknownOperation), unread);
    }
    let input = Input::parse(call.body).ok_or(ApiError::Unreadable)?;
    let operation = target.operation().ok_or(ApiError::UnknownOperation)?;
    Ok((operation, input))
}

fn foreign_method(call: &Call<'_>) -> ApiError {
    ApiError::Foreign(signature_fault(call).unwrap_or(Foreign::UndeterminedOperation))
}

fn foreign_content(call: &Call<'_>, target: &Target<'_>) -> ApiError {
    if let Some(fault) = signature_fault(call) {
        return ApiError::Foreign(fault);
    }
    ApiError::Foreign(match target {
        _ if call.body.is_empty() => Foreign::UndeterminedOperation,
        Target {
            service: TARGET_PREFIX,
            operation,
        } if !operation.is_empty() => Foreign::WrongContentType,
        Target { service, operation } if !service.is_empty() && !operation.is_empty() => {
            Foreign::UnknownService {
                service: (*service).to_owned(),
                operation: (*operation).to_owned(),
            }
        }
        _ => Foreign::UndeterminedOperation,
    })
}

/// An empty body counts as an object here.
fn plain_json(call: &Call<'_>) -> ApiError {
    let is_readable = call.body.is_empty() || Input::parse(call.body).is_some();
    ApiError::Foreign(if is_readable {
        Foreign::PlainJson
    } else {
        Foreign::UnreadablePlainJson
    })
}

/// Of a request in another protocol only the form of the signature is looked at.
fn signature_fault(call: &Call<'_>) -> Option<Foreign> {
    sigv4::check_form(call.request)
        .err()
        .map(|error| match error {
            SigV4Error::Incomplete(text) => Foreign::IncompleteSignature(text),
            SigV4Error::Invalid(text) => Foreign::InvalidSignature(text),
            _ => Foreign::Unsigned,
        })
}

/// `X-Amz-Target: SERVICE.OPERATION`; a part that is missing is empty.
struct Target<'a> {
    service: &'a str,
    operation: &'a str,
}

impl<'a> Target<'a> {
    fn of(call: &Call<'a>) -> Self {
        let value = call.request.headers.get("x-amz-target");
        let text = value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let (service, operation) = text.split_once('.').unwrap_or((text, ""));
        Target { service, operation }
    }

    fn operation(&self) -> Option<Operation> {
        let is_ours = self.service == TARGET_PREFIX;
        is_ours.then(|| Operation::named(self.operation)).flatten()
    }
}
