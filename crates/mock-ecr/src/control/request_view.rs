//! A request as JSON.

use serde::Serialize;

use crate::aws::sigv4::SignatureClaim;
use crate::fault::FaultId;
use crate::http::ingress::Ingress;
use crate::request_log::{ReceivedRequest, Service};
use crate::types::timestamp::Timestamp;

/// A request and how it was answered, without any secret.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "ReceivedRequest")
)]
pub(super) struct RequestView<'a> {
    /// When the mock read it, on its own clock.
    received: Timestamp,
    /// How long the answer took to make, in microseconds of real time.
    took_micros: u64,
    /// The service that the request was sent to.
    service: Service,
    ingress: Ingress,
    method: &'a str,
    host: &'a str,
    /// Path and query.
    target: &'a str,
    /// What the client calls itself; empty if nothing.
    user_agent: &'a str,
    /// The operation of the API.
    operation: Option<&'static str>,
    /// The input of the operation, as text.
    input: Option<&'a str>,
    /// What of the registry, or of the mock itself, was asked for.
    route: Option<&'static str>,
    /// The operation as the request names it.
    amz_target: Option<&'a str>,
    /// The type of the request's body, as it says.
    content_type: Option<&'a str>,
    /// Whose signature it is, and where for, as it says of itself.
    claim: Option<&'a SignatureClaim>,
    /// Whether an `Authorization` header came.
    authorization: bool,
    /// Who has proved who they are.
    caller: Option<&'a str>,
    /// The id of the token that was issued or shown.
    token: Option<String>,
    /// Whom the token speaks for that was shown.
    bearer: Option<&'a str>,
    status: u16,
    /// The code of the error that was answered.
    error: Option<&'static str>,
    /// What was wrong with the token that was shown.
    token_error: Option<String>,
    /// The ids of the faults that shaped the answer.
    faults: &'a [FaultId],
    /// What the API calls this request.
    request_id: Option<&'a str>,
}

impl<'a> From<&'a ReceivedRequest> for RequestView<'a> {
    fn from(entry: &'a ReceivedRequest) -> Self {
        RequestView {
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
            token_error: entry.token_error.as_ref().map(ToString::to_string),
            faults: &entry.faults,
            request_id: entry.request_id.as_deref(),
        }
    }
}
