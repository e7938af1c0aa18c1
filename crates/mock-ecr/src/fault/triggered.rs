//! A fault that a request has triggered.

use std::time::Duration;

use crate::fault::action::FaultAction;
use crate::fault::active_fault::FaultId;

/// What a fault does to one request.
#[derive(Debug)]
pub(crate) struct TriggeredFault {
    pub(crate) id: FaultId,
    pub(crate) action: FaultAction,
    /// How long the answer waits, as it was drawn.
    pub(crate) delay: Duration,
}
