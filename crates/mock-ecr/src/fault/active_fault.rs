//! A fault that is set in a mock: its id and its counters.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fault::definition::Fault;

/// The name of a fault in one mock; it is not given again before a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct FaultId(pub(crate) u64);

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A fault that is set, and how often it has triggered.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ActiveFault {
    /// Its name.
    pub id: FaultId,
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests were such as it says, whether it struck or not.
    pub matched: u64,
    /// How many it has triggered.
    pub triggered: u64,
}
