//! Builds the responses of the AWS APIs, with their headers.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::aws::header_names::X_AMZN_REQUESTID;

/// The content type of AWS JSON 1.1.
pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Returns a response in AWS JSON 1.1.
pub(crate) fn json(
    status: StatusCode,
    body: impl Into<Bytes>,
    request_id: &str,
) -> Response<Bytes> {
    of_type(status, Some(CONTENT_TYPE), body, request_id)
}

/// Returns a response with a content type, or without one.
///
/// Source of the header set: hashicorp/terraform-provider-aws#3849. There is no `X-Amzn-ErrorType`: aws/aws-sdk-ruby#431.
pub(crate) fn of_type(
    status: StatusCode,
    content_type: Option<&str>,
    body: impl Into<Bytes>,
    request_id: &str,
) -> Response<Bytes> {
    let body = body.into();
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_LENGTH, body.len());
    if let Some(content_type) = content_type {
        response = response.header(header::CONTENT_TYPE, content_type);
    }
    response
        .header(X_AMZN_REQUESTID, request_id)
        .body(body)
        .expect("a request id is a valid header value")
}

/// Adds the header with the request id, which every response of an AWS API has.
pub(crate) fn add_request_id(response: &mut Response<Bytes>, request_id: &str) {
    let request_id =
        HeaderValue::from_str(request_id).expect("a request id is a valid header value");
    response.headers_mut().insert(X_AMZN_REQUESTID, request_id);
}

/// Returns a response without a body and without a request id: the request does not reach the service.
pub(crate) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
