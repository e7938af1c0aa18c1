//! The actions of faults.

use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::fault::authorization_data::TOKEN_CALL;
use crate::fault::authorization_data::{
    AuthorizationData, EndpointFault, ExpiresAt, Login, TokenFault,
};
use crate::fault::error_fault::ErrorFault;
use crate::fault::latency::Latency;
use crate::fault::request_attributes::RequestAttributes;
use crate::fault::target::FaultTarget;
use crate::fault::throttle::Throttle;
use crate::types::Service;
use crate::types::counted::counted;
use crate::types::duration::Shift;

/// The action of a fault.
///
/// In TOML and JSON, an action is a table with one key, such as `{ error = "ServerException" }` or
/// `{ close = { after_bytes = 10 } }`.
///
/// A request can trigger several faults. They are applied in the order in which they were added:
///
/// - `error`, `throttle`, `expired_early`: one of these actions replaces the response, and the request is not processed.
///   Actions of all other kinds are applied to this response.
/// - `latency`: the delays are added. `date`: the shifts are added.
/// - If two actions set the same part of the response, only the first one is applied. The following actions set the same
///   part: those of the same kind; `error`, `throttle` and `expired_early`; `close`, `reset`, `stall`, `overrun` and
///   `garbled_chunks`; and `body`, `expired` and every action on the output of `GetAuthorizationToken`.
/// - If an action makes the list `authorizationData` empty, null or missing, no later action changes the list.
///
/// If earlier faults leave nothing in a response that a fault could change, the request does not match this fault.
///
/// Over HTTP/2, the actions `close`, `reset`, `overrun` and `garbled_chunks` reset the stream of the request, and the
/// connection stays open.
///
/// If a TLS handshake can trigger several `certificate` faults, it triggers only the first of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultAction {
    /// Responds with an AWS error. The registry responds with the corresponding OCI error.
    Error(ErrorFault),
    /// Limits the request rate with the token bucket algorithm. (The tokens of this algorithm are not authorization
    /// tokens.) The bucket is filled according to the mock's clock. Requests above the limit are rejected with a
    /// throttling error and trigger the fault. Other requests pass.
    Throttle(Throttle),
    /// Delays the response, in real time.
    Latency(Latency),
    /// Stops sending the response at this point. The connection stays open until the client closes it.
    Stall(CutPoint),
    /// Limits the rate at which the body is sent. The value is in bytes per second, at least 1.
    Bandwidth(u64),
    /// Closes the connection at this point.
    Close(CutPoint),
    /// Resets the TCP connection at this point. If the request was received through a `CONNECT` tunnel, the TLS
    /// connection in the tunnel is closed, and the TCP connection is not reset.
    Reset(CutPoint),
    /// Sends a body that is longer than `Content-Length` by this number of bytes, from 1 to 1,048,576.
    Overrun(u64),
    /// Sends the body with chunked transfer coding and an invalid first chunk.
    GarbledChunks,
    /// Replaces the body of the response. Only the value `html` also changes the status and the `Content-Type`.
    Body(BodyFault),
    /// Replaces the `Content-Type` header. An empty string removes the header.
    ContentType(String),
    /// Changes the list `authorizationData` in a successful response of `GetAuthorizationToken`.
    AuthorizationData(AuthorizationData),
    /// Changes `expiresAt` in a successful response of `GetAuthorizationToken`. The expiry of the token itself does not
    /// change.
    ExpiresAt(ExpiresAt),
    /// Changes `authorizationToken` in a successful response of `GetAuthorizationToken`.
    Token(TokenFault),
    /// Changes `proxyEndpoint` in a successful response of `GetAuthorizationToken`.
    ProxyEndpoint(EndpointFault),
    /// Sets the form of the response with which the registry rejects an expired token. Other responses are not changed.
    Expired(ExpiredAs),
    /// Rejects a valid token as expired. The request is not processed. Only requests with a valid token trigger this
    /// fault.
    ExpiredEarly(ExpiredAs),
    /// Shifts the time in the `Date` header of the response.
    Date(Shift),
    /// Presents an invalid certificate in the TLS handshake. Requests do not trigger this fault. Only TLS handshakes
    /// match it and are counted. The matcher can contain only `host`, `times`, `after`, `every` and `probability`.
    Certificate(CertificateFault),
}

impl FaultAction {
    /// Returns the name of the action, if it requires a connection.
    pub(crate) fn socket_fault(&self) -> Option<&'static str> {
        match self {
            FaultAction::Reset(_) => Some("reset"),
            FaultAction::Overrun(_) => Some("overrun"),
            FaultAction::GarbledChunks => Some("garbled_chunks"),
            FaultAction::Certificate(_) => Some("certificate"),
            _ => None,
        }
    }
}

/// The point of a response at which it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CutPoint {
    /// Before the first byte of the response.
    BeforeHeaders,
    /// Between the headers and the body.
    AfterHeaders,
    /// After this number of bytes of the body. If the body is shorter, the response is cut after the whole body. Over
    /// HTTP/1, at most 64 MiB of the body are sent.
    AfterBytes(u64),
}

impl CutPoint {
    /// Returns the point as the end of a sentence, such as `after 10 bytes of the body`.
    pub(crate) fn text(self) -> String {
        match self {
            CutPoint::BeforeHeaders => "before the headers".to_owned(),
            CutPoint::AfterHeaders => "after the headers".to_owned(),
            CutPoint::AfterBytes(bytes) => format!("after {} of the body", counted(bytes, "byte")),
        }
    }
}

/// A replacement of the body of the response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BodyFault {
    /// An HTML page, like that of a captive portal. The status becomes 200 and the `Content-Type` becomes `text/html;
    /// charset=utf-8`.
    Html,
    /// An empty body.
    Empty,
    /// A body that starts like JSON and is incomplete.
    NotJson,
    /// The given text.
    Text(String),
}

/// The form of the response with which the registry rejects an expired token.
///
/// ECR responds with 403 and without a challenge, so clients that expect 401 do not request a new token. ECR Public
/// responds with 400. The OCI specification requires 401 with a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExpiredAs {
    /// 403 without a challenge, as ECR responds.
    Forbidden,
    /// 401 with a challenge.
    Challenge,
    /// 400, as ECR Public responds.
    BadRequest,
}

impl ExpiredAs {
    /// Returns the status of the response.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            ExpiredAs::Forbidden => StatusCode::FORBIDDEN,
            ExpiredAs::Challenge => StatusCode::UNAUTHORIZED,
            ExpiredAs::BadRequest => StatusCode::BAD_REQUEST,
        }
    }
}

/// An invalid certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CertificateFault {
    /// The certificate has expired.
    Expired,
    /// The certificate is self-signed.
    SelfSigned,
    /// The certificate is for another host name.
    WrongName,
}

impl FaultAction {
    /// Returns the name of the action in TOML and JSON, such as `expires_at`.
    pub fn name(&self) -> &'static str {
        match self {
            FaultAction::Error(_) => "error",
            FaultAction::Throttle(_) => "throttle",
            FaultAction::Latency(_) => "latency",
            FaultAction::Stall(_) => "stall",
            FaultAction::Bandwidth(_) => "bandwidth",
            FaultAction::Close(_) => "close",
            FaultAction::Reset(_) => "reset",
            FaultAction::Overrun(_) => "overrun",
            FaultAction::GarbledChunks => "garbled_chunks",
            FaultAction::Body(_) => "body",
            FaultAction::ContentType(_) => "content_type",
            FaultAction::AuthorizationData(_) => "authorization_data",
            FaultAction::ExpiresAt(_) => "expires_at",
            FaultAction::Token(_) => "token",
            FaultAction::ProxyEndpoint(_) => "proxy_endpoint",
            FaultAction::Expired(_) => "expired",
            FaultAction::ExpiredEarly(_) => "expired_early",
            FaultAction::Date(_) => "date",
            FaultAction::Certificate(_) => "certificate",
        }
    }

    /// Returns the target that the action is restricted to, if any.
    pub(super) fn target(&self) -> Option<FaultTarget> {
        match self {
            FaultAction::Expired(_) | FaultAction::ExpiredEarly(_) => Some(FaultTarget::Registry),
            _ => self.changes_token_output().then_some(FaultTarget::Api),
        }
    }

    /// Returns whether the action applies to a request.
    pub(super) fn applies_to(&self, attributes: &RequestAttributes) -> bool {
        match self {
            FaultAction::Certificate(_) => false,
            FaultAction::Expired(_) => attributes.service == Service::Registry,
            FaultAction::ExpiredEarly(_) => attributes.has_valid_token,
            _ if self.changes_token_output() => {
                attributes.service == Service::Ecr && attributes.operation == Some(TOKEN_CALL)
            }
            _ => true,
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            FaultAction::Error(error) => error.check(),
            FaultAction::Throttle(throttle)
                if !(throttle.rate > 0.0 && throttle.rate.is_finite()) =>
            {
                Err(format!(
                    "invalid rate {}: expected a number greater than 0",
                    throttle.rate
                ))
            }
            FaultAction::Throttle(throttle) if throttle.burst == 0 => {
                Err("invalid burst 0: expected at least 1".to_owned())
            }
            FaultAction::Bandwidth(0) => {
                Err("invalid bandwidth 0: expected at least 1 byte per second".to_owned())
            }
            FaultAction::Overrun(0) => {
                Err("invalid overrun 0: expected at least 1 byte".to_owned())
            }
            FaultAction::Overrun(bytes) if *bytes > MAX_OVERRUN => Err(format!(
                "invalid overrun {bytes}: expected at most {MAX_OVERRUN} bytes"
            )),
            FaultAction::Latency(latency) => latency.check(),
            FaultAction::Token(TokenFault::Login(Login { username, .. }))
                if username.contains(':') =>
            {
                Err(format!(
                    "invalid username {username:?}: expected a username without a colon"
                ))
            }
            FaultAction::ContentType(text) if http::HeaderValue::from_str(text).is_err() => Err(
                format!("invalid content_type {text:?}: expected the value of an HTTP header"),
            ),
            _ => Ok(()),
        }
    }

    /// Returns whether the action changes the output of `GetAuthorizationToken`.
    pub(super) fn changes_token_output(&self) -> bool {
        matches!(
            self,
            FaultAction::AuthorizationData(_)
                | FaultAction::ExpiresAt(_)
                | FaultAction::Token(_)
                | FaultAction::ProxyEndpoint(_)
        )
    }
}

const MAX_OVERRUN: u64 = 1 << 20;
