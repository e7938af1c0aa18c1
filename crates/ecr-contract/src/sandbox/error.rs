//! The errors of setting up a client's environment.

use std::io;

/// The reason why a client's environment cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The sandbox cannot be created.
    #[error("cannot create the sandbox of --redirect sandbox: {what}: {cause}")]
    Create {
        /// The step that failed, or the required privilege.
        what: &'static str,
        /// The error of the system.
        cause: io::Error,
    },
    /// A step outside the sandbox failed.
    #[error("{what}: {cause}")]
    System {
        /// The step that failed.
        what: &'static str,
        /// The error of the system.
        cause: io::Error,
    },
}
