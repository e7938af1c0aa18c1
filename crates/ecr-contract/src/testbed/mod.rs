//! The environment of a scenario: a mock, the client's home directory, and the tools on its path.

mod image;
mod metadata;
mod placeholders;
mod setup;
mod shims;

pub(crate) use placeholders::{Placeholders, REPOSITORY};
pub(crate) use setup::{Issued, Testbed};
pub(crate) use shims::{DockerCall, HELPER_NAME};
