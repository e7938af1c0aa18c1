//! A fault that a request has triggered.

use std::time::Duration;

use crate::fault::action::FaultAction;
use crate::fault::active_fault::FaultId;

/// A fault that one request has triggered.
#[derive(Debug)]
pub(crate) struct TriggeredFault {
    pub(crate) id: FaultId,
    pub(crate) action: FaultAction,
    /// How often the fault was triggered, including this time.
    pub(crate) count: u64,
    /// The maximum number of times that the fault is triggered.
    pub(crate) times: Option<u64>,
    /// The delay of the response that was drawn for this request.
    pub(crate) delay: Duration,
}
