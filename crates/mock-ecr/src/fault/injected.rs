//! The responses that faults send in place of a service or the registry.

use bytes::Bytes;
use http::{Response, StatusCode, header};

use crate::fault::action::{ExpiredAs, FaultAction};
use crate::fault::error_code::ErrorCode;
use crate::fault::error_fault::ErrorFault;
use crate::fault::target::FaultTarget;
use crate::fault::throttle::Throttle;
use crate::fault::triggered::TriggeredFault;

/// The response that a fault sends in place of a service or the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Injected<'a> {
    /// An error.
    Error(InjectedError<'a>),
    /// The rejection of a token as expired.
    Expired(ExpiredAs),
}

/// An error that a fault returns, before a service or the registry formats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InjectedError<'a> {
    pub(crate) code: &'static str,
    pub(crate) message: &'a str,
    pub(crate) status: StatusCode,
    retry_after: Option<u64>,
}

impl<'a> Injected<'a> {
    /// Returns the response that a triggered fault sends, if it sends one.
    pub(crate) fn by(triggered: &'a TriggeredFault, target: FaultTarget) -> Option<Self> {
        match &triggered.action {
            FaultAction::Error(error) => Some(Injected::Error(InjectedError::of(error, target))),
            FaultAction::Throttle(throttle) => Some(Injected::Error(throttled(throttle, target))),
            FaultAction::ExpiredEarly(form) => Some(Injected::Expired(*form)),
            _ => None,
        }
    }
}

/// Returns the error for a throttled request. The APIs of AWS do not send `Retry-After`.
fn throttled(throttle: &Throttle, target: FaultTarget) -> InjectedError<'static> {
    let retry_after = throttle
        .retry_after
        .filter(|_| target == FaultTarget::Registry);
    InjectedError {
        retry_after,
        ..InjectedError::with_code(ErrorCode::THROTTLING, target)
    }
}

impl<'a> InjectedError<'a> {
    /// Returns the error with the code, the status and the message that a target returns.
    pub(super) fn of(fault: &'a ErrorFault, target: FaultTarget) -> Self {
        let default = InjectedError::with_code(fault.code, target);
        let status = fault.status.map(StatusCode::from_u16);
        InjectedError {
            message: fault.message.as_deref().unwrap_or(default.message),
            status: status.map_or(default.status, |status| {
                status.expect("the status of a fault is checked when it is set")
            }),
            retry_after: fault.retry_after,
            ..default
        }
    }

    fn with_code(code: ErrorCode, target: FaultTarget) -> InjectedError<'static> {
        let row = code.row();
        let (code, status, message) = match target {
            FaultTarget::Api => (row.code, row.status, row.message),
            FaultTarget::Registry => (row.oci, row.oci_status, row.oci_message),
        };
        InjectedError {
            code,
            message,
            status: StatusCode::from_u16(status).expect("the table has valid statuses"),
            retry_after: None,
        }
    }

    /// Returns the response with a body that a service or the registry has formatted.
    pub(crate) fn response(&self, content_type: &'static str, body: String) -> Response<Bytes> {
        let mut response = Response::builder()
            .status(self.status)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CONTENT_LENGTH, body.len());
        if let Some(seconds) = self.retry_after {
            response = response.header(header::RETRY_AFTER, seconds);
        }
        let response = response.body(body.into());
        response.expect("the headers are constants and numbers")
    }
}
