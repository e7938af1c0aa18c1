//! A fault that a request has triggered.

use std::time::Duration;

use crate::fault::action::FaultAction;
use crate::fault::active_fault::FaultId;

/// A fault that one request has triggered.
#[derive(Debug)]
pub(crate) struct TriggeredFault {
    pub(crate) id: FaultId,
    pub(crate) action: FaultAction,
    /// The delay of the response that was drawn for this request.
    pub(crate) delay: Duration,
}
