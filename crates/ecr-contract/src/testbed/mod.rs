//! The environment of a case: a mock, the client's home directory, and programs on the client's `PATH`.

mod image;
mod metadata;
mod placeholders;
mod setup;
mod shims;

pub(crate) use placeholders::{Placeholders, REPOSITORY};
pub(crate) use setup::{Issued, Testbed};
pub(crate) use shims::{DockerCall, DockerLogin, HELPER_NAME};
