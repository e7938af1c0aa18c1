//! The JSON form of a request of the request log.

use serde::Serialize;

use crate::aws::sigv4::SignatureClaim;
use crate::fault::FaultId;
use crate::http::ingress::Ingress;
use crate::request_log::{Explanation, ReceivedRequest, Service};
use crate::types::timestamp::Timestamp;

/// A received request and its response, without secrets.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "ReceivedRequest")
)]
pub(super) struct RequestView<'a> {
    /// The number of the request since the mock started, from 0: among the requests of clients, or among those of the control API.
    number: u64,
    /// The time at which the mock read the request, on the mock's clock.
    received: Timestamp,
    /// The time that the mock took to produce the response, in microseconds of real time. Delays by faults are not
    /// included.
    took_micros: u64,
    /// The service that the request was sent to.
    service: Service,
    /// How the request was received: `http`, `https`, or `connect` for TLS in a tunnel of the proxy.
    ingress: Ingress,
    /// The HTTP method.
    method: &'a str,
    /// The host name of the request, with the port if the request contains one.
    host: &'a str,
    /// The path and query. Secrets are replaced by `REDACTED`, as in all other texts.
    target: &'a str,
    /// The `User-Agent` header, or an empty text.
    user_agent: &'a str,
    /// The name of the API operation, if the request calls one.
    operation: Option<&'static str>,
    /// The input of the API operation, as JSON. It is recorded only after the caller was authenticated.
    input: Option<&'a str>,
    /// The route of the registry or the path under `/_mock/`.
    route: Option<&'static str>,
    /// The `X-Amz-Target` header.
    amz_target: Option<&'a str>,
    /// The `Content-Type` header.
    content_type: Option<&'a str>,
    /// The access key, Region and service that the signature claims. They are not verified.
    claim: Option<&'a SignatureClaim>,
    /// Whether the request has an `Authorization` header.
    authorization: bool,
    /// The ARN of the authenticated caller.
    caller: Option<&'a str>,
    /// The ID of the token that was issued in the response or presented in the request.
    token: Option<String>,
    /// The ARN of the principal of the presented token, even if the token is invalid.
    bearer: Option<&'a str>,
    /// The status code of the response.
    status: u16,
    /// The error code of the response.
    error: Option<&'static str>,
    /// The text of the error in the response, at most 1 KiB. Secrets are replaced by `REDACTED`.
    message: Option<&'a str>,
    /// Why the presented token is invalid.
    token_error: Option<String>,
    /// The IDs of the faults that were applied to the response.
    faults: &'a [FaultId],
    /// Why the request was rejected, and what faults did to the response. It is absent if the request succeeded without a fault.
    explanation: Option<Explanation>,
    /// The request ID, `x-amzn-RequestId`.
    request_id: Option<&'a str>,
}

impl<'a> From<&'a ReceivedRequest> for RequestView<'a> {
    fn from(entry: &'a ReceivedRequest) -> Self {
        RequestView {
            number: entry.number,
            received: entry.received,
            took_micros: entry.took.as_micros().try_into().unwrap_or(u64::MAX),
            service: entry.service,
            ingress: entry.ingress,
            method: &entry.method,
            host: &entry.host,
            target: &entry.target,
            user_agent: &entry.user_agent,
            operation: entry.operation,
            input: entry.input.as_deref(),
            route: entry.route,
            amz_target: entry.amz_target.as_deref(),
            content_type: entry.content_type.as_deref(),
            claim: entry.claim.as_ref(),
            authorization: entry.authorization,
            caller: entry.caller.as_ref().map(|caller| caller.arn().as_str()),
            token: entry.token.map(|id| id.to_string()),
            bearer: entry.bearer.as_ref().map(|arn| arn.as_str()),
            status: entry.status.as_u16(),
            error: entry.error,
            message: entry.message.as_deref(),
            token_error: entry.token_error.as_ref().map(ToString::to_string),
            faults: &entry.faults,
            explanation: entry.explanation(),
            request_id: entry.request_id.as_deref(),
        }
    }
}
