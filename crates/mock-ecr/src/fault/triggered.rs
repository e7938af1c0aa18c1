//! A fault that a request has triggered.

use std::time::Duration;

use crate::fault::active_fault::FaultId;
use crate::fault::what::What;

/// What a fault does to one request.
#[derive(Debug)]
pub(crate) struct Struck {
    pub(crate) id: FaultId,
    pub(crate) what: What,
    /// How long the answer waits, as it was drawn.
    pub(crate) delay: Duration,
}
