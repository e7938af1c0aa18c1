//! What a client finds around it: a network that leads nowhere else, a home in which nothing is, and whom to trust.

mod fence;
mod home;
mod led;
mod loopback;
mod trust;

use std::io;

pub use fence::Fence;
pub(crate) use fence::METADATA;
pub use home::FreshHome;
pub use led::{Lead, surround};
pub use trust::keep_certificate;

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
