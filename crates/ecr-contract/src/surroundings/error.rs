//! Errors when the surroundings of a client are set up.

use std::io;

/// Why a client cannot be surrounded.
#[derive(Debug, thiserror::Error)]
pub enum SurroundingsError {
    /// There can be no fence.
    #[error("cannot build the fence of --redirect hosts: {what}: {cause}")]
    Fence {
        /// What was tried, or what it takes.
        what: &'static str,
        /// What the system said.
        cause: io::Error,
    },
    /// The system refused something else.
    #[error("{what}: {cause}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        cause: io::Error,
    },
}
