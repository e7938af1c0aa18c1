//! Sets up the environment of a client: the sandbox, a temporary home directory, and the environment variables that redirect the client
//! to a mock.

mod addresses;
mod certificate;
mod error;
mod home;
#[cfg(target_os = "linux")]
mod namespace;
mod redirection;
// Compiled in the tests on Linux too, for the test of its error.
#[cfg(any(test, not(target_os = "linux")))]
#[cfg_attr(
    target_os = "linux",
    expect(unreachable_pub, reason = "exported only on other systems")
)]
mod unsupported;

pub(crate) use addresses::METADATA;
pub use certificate::store_certificate;
pub use error::SandboxError;
pub(crate) use home::CACHE_DIRECTORY;
pub use home::TemporaryHome;
#[cfg(target_os = "linux")]
pub use namespace::Sandbox;
pub use redirection::{Redirection, set_environment};
#[cfg(not(target_os = "linux"))]
pub use unsupported::Sandbox;
