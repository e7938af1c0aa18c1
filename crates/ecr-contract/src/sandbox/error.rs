//! Errors when the surroundings of a client are set up.

use std::io;

/// Why a client cannot be surrounded.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// There can be no fence.
    #[error("cannot build the fence of --redirect sandbox: {what}: {cause}")]
    Create {
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
