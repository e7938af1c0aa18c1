//! What a failed assertion about a fault prints.

use std::fmt;

use crate::fault::active_fault::{ActiveFault, FaultId};
use crate::types::Times;

/// The request log, which the modules above this one implement.
pub(crate) trait Evidence: Send + Sync {
    /// Returns the request log as a table, after a separator. The requests that triggered the fault are marked.
    fn table(&self, fault: FaultId) -> String;
}

/// The expected number of times that a fault is triggered, and the fault.
pub(crate) struct UnmetExpectation {
    pub(super) expected: Times,
    pub(super) active: ActiveFault,
}

impl UnmetExpectation {
    pub(crate) fn id(&self) -> FaultId {
        self.active.id
    }
}

impl fmt::Display for UnmetExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnmetExpectation { expected, active } = self;
        let (id, fault) = (active.id, &active.fault);
        let (triggered, matched) = (active.triggered, active.matched);
        write!(
            f,
            "expected that fault {id} is triggered {expected} times, but {triggered} requests triggered it and {matched} matched it: {fault:?}"
        )
    }
}
