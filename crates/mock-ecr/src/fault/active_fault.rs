//! A fault of a running mock, with its ID and its counters.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fault::definition::Fault;

/// The ID of a fault in one mock. While the mock runs, no ID is reused, even after a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct FaultId(pub(crate) u64);

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A fault of a running mock, with its counters.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ActiveFault {
    /// The ID of the fault.
    pub id: FaultId,
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// The number of requests that matched the fault, whether or not they triggered it. A request is not counted if the
    /// fault cannot change its response, for example because an earlier fault has replaced that response. For a
    /// certificate fault, the number of TLS handshakes.
    pub matched: u64,
    /// The number of requests whose response the fault has changed. For a certificate fault, the number of TLS
    /// handshakes.
    pub triggered: u64,
}

/// Formats the JSON form, on one line.
impl fmt::Debug for ActiveFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}
