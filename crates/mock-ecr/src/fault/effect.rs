//! What a fault did to the response of one request.

use std::time::Duration;

use crate::fault::action::{CutPoint, FaultAction};
use crate::fault::active_fault::FaultId;
use crate::fault::delivery::{Shape, Termination};
use crate::fault::triggered::TriggeredFault;

/// What a fault did to the response of one request. It contains no text of the fault, so its size is bounded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FaultEffect {
    pub(crate) id: FaultId,
    /// How often the fault was triggered, including this time.
    pub(crate) count: u64,
    /// The maximum number of times that the fault is triggered.
    pub(crate) times: Option<u64>,
    pub(crate) change: Change,
}

/// The change of a response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    Error,
    Throttled {
        rate: f64,
        burst: u32,
    },
    ExpiredEarly,
    Delayed(Duration),
    Bandwidth(u64),
    Cut(CutPoint, Termination),
    Malformed(Shape),
    Body,
    ContentType,
    /// Another value of a member of the output of `GetAuthorizationToken`.
    Output(&'static str),
    FormOfRejection,
    Date,
    /// A TLS handshake, which no request has.
    Certificate,
}

impl From<&TriggeredFault> for FaultEffect {
    fn from(triggered: &TriggeredFault) -> Self {
        FaultEffect {
            id: triggered.id,
            count: triggered.count,
            times: triggered.times,
            change: Change::of(triggered),
        }
    }
}

impl Change {
    fn of(triggered: &TriggeredFault) -> Self {
        match &triggered.action {
            FaultAction::Error(_) => Change::Error,
            FaultAction::Throttle(throttle) => Change::Throttled {
                rate: throttle.rate,
                burst: throttle.burst,
            },
            FaultAction::Latency(_) => Change::Delayed(triggered.delay),
            FaultAction::Stall(point) => Change::Cut(*point, Termination::Stall),
            FaultAction::Bandwidth(rate) => Change::Bandwidth(*rate),
            FaultAction::Close(point) => Change::Cut(*point, Termination::Close),
            FaultAction::Reset(point) => Change::Cut(*point, Termination::Reset),
            FaultAction::Overrun(bytes) => Change::Malformed(Shape::Overrun(*bytes)),
            FaultAction::GarbledChunks => Change::Malformed(Shape::GarbledChunks),
            FaultAction::Body(_) => Change::Body,
            FaultAction::ContentType(_) => Change::ContentType,
            FaultAction::AuthorizationData(_) => Change::Output("authorizationData"),
            FaultAction::ExpiresAt(_) => Change::Output("expiresAt"),
            FaultAction::Token(_) => Change::Output("authorizationToken"),
            FaultAction::ProxyEndpoint(_) => Change::Output("proxyEndpoint"),
            FaultAction::Expired(_) => Change::FormOfRejection,
            FaultAction::ExpiredEarly(_) => Change::ExpiredEarly,
            FaultAction::Date(_) => Change::Date,
            FaultAction::Certificate(_) => Change::Certificate,
        }
    }

    /// Returns whether the fault returns a response in place of the service or the registry.
    pub(crate) fn replaces_response(self) -> bool {
        matches!(
            self,
            Change::Error | Change::Throttled { .. } | Change::ExpiredEarly
        )
    }

    /// Returns whether the change affects only how the response is sent.
    pub(crate) fn is_of_delivery(self) -> bool {
        matches!(
            self,
            Change::Delayed(_) | Change::Bandwidth(_) | Change::Cut(..) | Change::Malformed(_)
        )
    }
}
