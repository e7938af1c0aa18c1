//! What a fault does.

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

/// What goes wrong.
///
/// In TOML and JSON it is a table with one key, such as `{ error = "ServerException" }` or `{ close = { after_bytes = 10 } }`.
/// Where several faults strike one request, an error, a throttle or an early end of the token is answered in place of everything else, and
/// the rest is done to that answer, in order. An answer ends once and has one shape: of several `close`, `reset` and `stall` the last
/// counts, and so of `overrun` and `garbled_chunks`; one of these counts more than an end, for its answer is whole in its own way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultAction {
    /// An error of AWS by its code; on the registry, the error of OCI that goes with it.
    Error(ErrorFault),
    /// A bucket of requests that fills with the mock's clock; whoever finds it empty is told to slow down.
    Throttle(Throttle),
    /// A wait before the answer, in real time.
    Latency(Latency),
    /// Nothing more comes, and the connection stays open until the client gives up.
    Stall(CutPoint),
    /// So many bytes of the body a second.
    Bandwidth(u64),
    /// The connection is closed.
    Close(CutPoint),
    /// The connection is reset, as by a peer that crashed. Through TLS by a tunnel it is closed.
    Reset(CutPoint),
    /// The body is so many bytes longer than its `Content-Length` says.
    Overrun(u64),
    /// A body in chunks, of which the first is garbage.
    GarbledChunks,
    /// Another body, with the status of the answer that it takes the place of.
    Body(BodyFault),
    /// Another `Content-Type`; empty for none.
    ContentType(String),
    /// Another list in the answer of `GetAuthorizationToken`.
    AuthorizationData(AuthorizationData),
    /// Another end of the token, in the answer alone.
    ExpiresAt(ExpiresAt),
    /// Another token.
    Token(TokenFault),
    /// Another registry.
    ProxyEndpoint(EndpointFault),
    /// How the registry refuses a token whose time is over.
    Expired(ExpiredAs),
    /// A token that lives is refused as if its time were over; the request does nothing, and only one that bears such a token is triggered.
    ExpiredEarly(ExpiredAs),
    /// The `Date` of the answer is off by so much.
    Date(Shift),
    /// The certificate is one that nobody should trust; the connection is triggered, not the request.
    Certificate(CertificateFault),
}

/// When in an answer something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CutPoint {
    /// Before its first byte.
    BeforeHeaders,
    /// Between headers and body.
    AfterHeaders,
    /// After so many bytes of the body.
    AfterBytes(u64),
}

/// A body in place of the answer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BodyFault {
    /// A page of HTML with status 200, as a captive portal has it.
    Html,
    /// Nothing.
    Empty,
    /// What begins as JSON and is none.
    NotJson,
    /// A text.
    Text(String),
}

/// How the registry refuses a token whose time is over.
///
/// ECR answers 403 without a challenge (clients that wait for 401 never recover), ECR Public 400; the specification of OCI has 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExpiredAs {
    /// 403, as ECR.
    Forbidden,
    /// 401 with a challenge.
    Challenge,
    /// 400, as ECR Public.
    BadRequest,
}

/// A certificate that nobody should trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CertificateFault {
    /// Its time is over.
    Expired,
    /// No authority has signed it.
    SelfSigned,
    /// It is for another name.
    WrongName,
}

impl FaultAction {
    /// As TOML has it.
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

    /// Whether it means anything to a request.
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
                Err(format!("a rate is more than 0, not {}", throttle.rate))
            }
            FaultAction::Throttle(throttle) if throttle.burst == 0 => {
                Err("a burst is at least 1".to_owned())
            }
            FaultAction::Bandwidth(0) => Err("a bandwidth is at least 1 byte a second".to_owned()),
            FaultAction::Overrun(0) => Err("an overrun is at least 1 byte".to_owned()),
            FaultAction::Overrun(bytes) if *bytes > MAX_OVERRUN => {
                Err(format!("an overrun is at most {MAX_OVERRUN} bytes"))
            }
            FaultAction::Latency(latency) => latency.check(),
            FaultAction::Token(TokenFault::Login(Login { username, .. }))
                if username.contains(':') =>
            {
                Err(format!("a user has no colon, {username:?} has one"))
            }
            FaultAction::ContentType(text) if http::HeaderValue::from_str(text).is_err() => {
                Err(format!("{text:?} is no value of a header"))
            }
            _ => Ok(()),
        }
    }

    /// Whether it is about the output of `GetAuthorizationToken`.
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
