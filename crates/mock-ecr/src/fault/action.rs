//! The actions of faults.

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
use crate::types::duration::Shift;

/// The action of a fault.
///
/// In TOML and JSON, an action is a table with one key, such as `{ error = "ServerException" }` or
/// `{ close = { after_bytes = 10 } }`.
///
/// A request can trigger several faults. If one of them is `error`, `throttle` or `expired_early`, the first of these
/// determines the response. The other actions are then applied to that response, in order. Of several `close`, `reset`
/// and `stall` actions, the last one applies. Of several `overrun` and `garbled_chunks` actions, the last one applies,
/// and `close`, `reset` and `stall` are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultAction {
    /// Responds with an error of AWS. The registry responds with the corresponding OCI error.
    Error(ErrorFault),
    /// Limits the request rate with a token bucket, by the mock's clock. Requests above the limit are rejected with a
    /// throttling error.
    Throttle(Throttle),
    /// Delays the response, in real time.
    Latency(Latency),
    /// Stops sending at this point. The connection stays open until the client closes it.
    Stall(CutPoint),
    /// Limits the rate at which the body is sent, in bytes per second, at least 1.
    Bandwidth(u64),
    /// Closes the connection at this point.
    Close(CutPoint),
    /// Resets the TCP connection at this point. TLS in a tunnel of the proxy is closed instead.
    Reset(CutPoint),
    /// Sends this number of bytes more than `Content-Length` states, from 1 to 1,048,576.
    Overrun(u64),
    /// Sends the body with chunked transfer coding and an invalid first chunk.
    GarbledChunks,
    /// Replaces the body. The status is not changed, except by [`BodyFault::Html`].
    Body(BodyFault),
    /// Replaces the `Content-Type`, or removes it if the text is empty.
    ContentType(String),
    /// Changes the list `authorizationData` in the response of `GetAuthorizationToken`.
    AuthorizationData(AuthorizationData),
    /// Changes `expiresAt` in the response of `GetAuthorizationToken`. The expiry of the token itself does not change.
    ExpiresAt(ExpiresAt),
    /// Changes `authorizationToken` in the response of `GetAuthorizationToken`.
    Token(TokenFault),
    /// Changes `proxyEndpoint` in the response of `GetAuthorizationToken`.
    ProxyEndpoint(EndpointFault),
    /// Sets the form in which the registry rejects an expired token.
    Expired(ExpiredAs),
    /// Rejects a valid token as expired. The request has no effect. Only requests with a valid token trigger this
    /// fault.
    ExpiredEarly(ExpiredAs),
    /// Shifts the `Date` header of the response.
    Date(Shift),
    /// Presents an invalid certificate in the TLS handshake. Handshakes trigger this fault, not requests.
    Certificate(CertificateFault),
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
    /// After this number of bytes of the body.
    AfterBytes(u64),
}

/// A body that replaces the body of the response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BodyFault {
    /// An HTML page with status 200, like that of a captive portal.
    Html,
    /// An empty body.
    Empty,
    /// A body that starts like JSON and is truncated.
    NotJson,
    /// A text.
    Text(String),
}

/// The form in which the registry rejects an expired token.
///
/// ECR responds with 403 and no challenge, so clients that expect 401 do not recover. ECR Public responds with 400. The
/// OCI specification requires 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExpiredAs {
    /// 403 without a challenge, as ECR.
    Forbidden,
    /// 401 with a challenge.
    Challenge,
    /// 400, as ECR Public.
    BadRequest,
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
