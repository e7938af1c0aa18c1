//! What a client finds around it: a network that leads nowhere else, a home in which nothing is, and whom to trust.

mod certificate;
mod error;
mod home;
mod loopback;
mod namespace;
mod redirection;

pub use certificate::store_certificate;
pub use error::SandboxError;
pub use home::TemporaryHome;
pub(crate) use namespace::METADATA;
pub use namespace::Sandbox;
pub use redirection::{Redirection, set_environment};
