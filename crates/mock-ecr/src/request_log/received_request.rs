//! Records a request and its response without secrets.

use std::fmt;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::request::Parts;
use http::{HeaderName, StatusCode};

use crate::aws::header_names::X_AMZ_TARGET;
use crate::aws::sigv4::SignatureClaim;
use crate::fault::{FaultEffect, FaultId};
use crate::http::authority::authority;
use crate::http::ingress::Ingress;
use crate::iam::principal::Caller;
use crate::request_log::reason::Reason;
use crate::request_log::redaction;
use crate::request_log::redaction::{MAX_TEXT_SIZE, Redactor};
use crate::token::{TokenError, TokenId};
use crate::types::timestamp::Timestamp;
use crate::types::{PrincipalArn, Service};

/// A received request and its response.
///
/// Only the headers and the input listed here are recorded. Other headers and bodies are not. Every string is truncated
/// to 1 KiB, and the input to 4 KiB.
///
/// Secrets are replaced by `REDACTED` in every string, also as a part of a longer text and with percent escapes: the
/// secret access keys and session tokens of principals and sessions, the control key, authorization tokens and their
/// passwords, the values of query parameters with the names of secrets, such as `access_token`, and other base64 texts of
/// at least 256 characters in headers and query parameters. A known secret of less than 8 characters is redacted only if
/// it is a whole value.
#[derive(Clone)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// The number of the request since the mock started, from 0: among the requests of clients, or among those of the control API. Numbers are in the
    /// order in which the responses were ready.
    pub number: u64,
    /// The number among all requests.
    pub(super) order: u64,
    /// The time at which the mock read the request, on the mock's clock.
    pub received: Timestamp,
    /// The time from the receipt of the request until the response was ready, in real time. Delays by faults are not
    /// included.
    pub took: Duration,
    /// The service that the request was sent to.
    pub service: Service,
    /// The way in which the request was received.
    pub ingress: Ingress,
    /// The HTTP method.
    pub method: String,
    /// The host name of the request, with the port if the request contains one.
    pub host: String,
    /// The path and query.
    pub target: String,
    /// The `User-Agent` header. It is an empty string if the request does not have this header.
    pub user_agent: String,
    /// The name of the API operation, such as `GetAuthorizationToken`. It is `None` if the request was not sent to an
    /// API, or if the operation is unknown.
    pub operation: Option<&'static str>,
    /// The input of the API operation, as JSON. It is `None` if the request is not a call of an API operation, or if
    /// the caller was not authenticated.
    pub input: Option<String>,
    /// The route. For the registry, it is `ping`, `catalog`, `manifest`, `blob`, `upload`, `tags`, `referrers` or
    /// `layer`; `layer` is a download of a layer from the URL of a redirect. For the control API, it is the path under
    /// `/_mock/`.
    pub route: Option<&'static str>,
    /// The `X-Amz-Target` header. It may contain an unknown operation.
    pub amz_target: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The access key ID, the Region and the service in the signature. They are not verified.
    pub claim: Option<SignatureClaim>,
    /// `true` if the request has an `Authorization` header, even if the header is invalid.
    pub authorization: bool,
    /// The caller, if it was authenticated.
    pub caller: Option<Caller>,
    /// The ID of the token that was issued in the response or presented in the request.
    pub token: Option<TokenId>,
    /// The principal of the token that was presented to the registry, even if the token is invalid. It is `None` if no
    /// token was presented, or if the token cannot be decrypted because it was issued with another seed.
    pub bearer: Option<PrincipalArn>,
    /// The status of the response.
    pub status: StatusCode,
    /// The error code of the response: an AWS error such as `InvalidParameterException`, or an OCI error such as
    /// `DENIED`.
    pub error: Option<&'static str>,
    /// The text of the error in the response. It is `None` if the response has no error, or an error without a text.
    pub message: Option<String>,
    /// The reason why the token that was presented to the registry is invalid. The response contains fewer details.
    pub token_error: Option<TokenError>,
    /// The IDs of the faults that the request triggered, in order.
    pub faults: Vec<FaultId>,
    /// The request ID that the API returned in `x-amzn-RequestId`.
    pub request_id: Option<String>,
    /// What explains the error of the response.
    pub(super) reason: Option<Box<Reason>>,
    /// What the faults did to the response.
    pub(super) effects: Vec<FaultEffect>,
    /// The expiry of the token, if a fault changed a response that contains a token or rejected the token.
    pub(super) token_expires: Option<Timestamp>,
}

impl ReceivedRequest {
    /// The error code of a proxy request to a host that the mock does not serve.
    pub(crate) const UNEXPECTED_HOST_ERROR: &str = "OTHER_HOST";

    pub(crate) fn new(
        request: &Parts,
        service: Service,
        ingress: Ingress,
        received: Timestamp,
        redactor: &Redactor,
    ) -> Self {
        let redact = |text: &str| redactor.redact(text, MAX_TEXT_SIZE);
        let header = |name: HeaderName| Some(redact(request.headers.get(name)?.to_str().ok()?));
        ReceivedRequest {
            number: 0,
            order: 0,
            received,
            took: Duration::ZERO,
            service,
            ingress,
            method: redact(request.method.as_str()),
            host: redact(authority(request)),
            target: redactor.target(request, MAX_TEXT_SIZE),
            user_agent: header(USER_AGENT).unwrap_or_default(),
            operation: None,
            input: None,
            route: None,
            amz_target: header(X_AMZ_TARGET),
            content_type: header(CONTENT_TYPE),
            claim: SignatureClaim::of(request).map(|claim| redactor.claim(claim)),
            authorization: request.headers.contains_key(AUTHORIZATION),
            caller: None,
            token: None,
            bearer: None,
            status: StatusCode::OK,
            error: None,
            message: None,
            token_error: None,
            faults: Vec::new(),
            request_id: None,
            reason: None,
            effects: Vec::new(),
            token_expires: None,
        }
    }

    pub(crate) fn record_input(&mut self, input: &[u8], redactor: &Redactor) {
        let scanned = &input[..input.len().min(redaction::scanned(MAX_INPUT_SIZE))];
        let text = String::from_utf8_lossy(scanned);
        self.input = Some(redactor.redact_known(&text, MAX_INPUT_SIZE));
    }

    /// Records the error of the response. `text` is the text in the response, which is empty if the response contains no text.
    pub(crate) fn record_error(&mut self, code: &'static str, text: &str, redactor: &Redactor) {
        let text = text.trim_end();
        self.error = Some(code);
        self.message = (!text.is_empty()).then(|| redactor.redact(text, MAX_TEXT_SIZE));
    }

    /// Records what explains the error of the response.
    pub(crate) fn record_reason(&mut self, reason: Reason, redactor: &Redactor) {
        self.reason = Some(Box::new(reason.redacted(redactor)));
    }

    /// Records the faults that were applied to the response, in the order of their IDs, and the expiry of its token.
    pub(crate) fn record_faults(
        &mut self,
        mut effects: Vec<FaultEffect>,
        token_expires: Option<Timestamp>,
    ) {
        effects.sort_by_key(|effect| effect.id);
        self.faults = effects.iter().map(|effect| effect.id).collect();
        self.effects = effects;
        self.token_expires = token_expires;
    }

    /// Returns the approximate memory that the request uses, in bytes.
    pub(crate) fn size(&self) -> usize {
        let texts = [&self.method, &self.host, &self.target, &self.user_agent];
        let texts: usize = texts.iter().map(|text| text.len()).sum();
        let optional = [
            &self.input,
            &self.amz_target,
            &self.content_type,
            &self.message,
            &self.request_id,
        ];
        let optional: usize = optional.into_iter().flatten().map(String::len).sum();
        let claim = self.claim.as_ref().map_or(0, SignatureClaim::size);
        let bearer = self.bearer.as_ref().map_or(0, |arn| arn.as_str().len());
        let faults = size_of_val(&self.faults[..]) + size_of_val(&self.effects[..]);
        let reason = self.reason.as_ref().map_or(0, |reason| reason.size());
        size_of::<ReceivedRequest>() + texts + optional + claim + bearer + faults + reason
    }
}

/// Formats the request on one line, as in the message of a failed assertion.
impl fmt::Display for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (received, service) = (self.received, self.service);
        write!(f, "{received} {service:<10} {} ", self.status.as_u16())?;
        let (scheme, host, target) = (self.ingress.scheme(), &self.host, &self.target);
        write!(f, "{} {scheme}://{host}{target}", self.method)?;
        optional(f, " ", self.operation.or(self.route))?;
        optional(f, " error=", self.error)?;
        optional(f, " caller=", self.caller.as_ref().map(Caller::arn))?;
        optional(f, " token=", self.token)?;
        optional(f, " bearer=", self.bearer.as_ref())?;
        optional(f, " token_error=", self.token_error.as_ref())?;
        f.write_str(if self.authorization {
            " (with Authorization)"
        } else {
            ""
        })
    }
}

/// As `Display`.
impl fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn optional(
    f: &mut fmt::Formatter<'_>,
    label: &str,
    value: Option<impl fmt::Display>,
) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(f, "{label}{value}"))
}

pub(super) const MAX_INPUT_SIZE: usize = 4096;

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::Config;

    pub(in crate::request_log) fn entry(target: &str) -> ReceivedRequest {
        let request = http::Request::builder().uri(target).body(()).unwrap();
        let (request, ()) = request.into_parts();
        ReceivedRequest::new(
            &request,
            Service::Ecr,
            Ingress::Http,
            Timestamp::AWS_EXAMPLE,
            &redactor(),
        )
    }

    pub(in crate::request_log) fn redactor() -> Redactor {
        let config = Config::default();
        Redactor::new(&config, Arc::new(config.identity_store()))
    }
}
