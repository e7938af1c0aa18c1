//! The error of the module `sandbox`.

use std::io;

/// The error returned when the environment of a client cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The sandbox cannot be created or configured.
    #[error("cannot create a sandbox: {what}: {cause}; use --redirect proxy")]
    Create {
        /// The step that failed, or the privilege that is required.
        what: &'static str,
        /// The error of the system.
        cause: io::Error,
    },
    /// The system is not Linux.
    #[error(
        "--redirect sandbox needs network namespaces, which only Linux has; use --redirect proxy"
    )]
    Unsupported,
    /// A step that does not concern the sandbox failed.
    #[error("{what}: {cause}")]
    System {
        /// The step that failed.
        what: &'static str,
        /// The error of the system.
        cause: io::Error,
    },
}
