//! What a client finds around it: a network that leads nowhere else, a home in which nothing is, and whom to trust.

mod error;
mod fence;
mod home;
mod led;
mod loopback;
mod trust;

pub use error::SurroundingsError;
pub use fence::Fence;
pub(crate) use fence::METADATA;
pub use home::FreshHome;
pub use led::{Lead, surround};
pub use trust::keep_certificate;
