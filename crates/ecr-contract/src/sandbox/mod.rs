//! Sets up the environment of a client: the sandbox, a temporary home directory, and the environment variables that redirect the client
//! to a mock.

mod certificate;
mod error;
mod home;
mod namespace;
mod redirection;

pub use certificate::store_certificate;
pub use error::SandboxError;
pub use home::TemporaryHome;
pub(crate) use namespace::METADATA;
pub use namespace::Sandbox;
pub use redirection::{Redirection, set_environment};
