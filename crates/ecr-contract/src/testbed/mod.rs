//! The environment of a scenario: a mock, the client's home directory, and the tools on its path.

mod image;
mod metadata;
mod names;
mod shims;
mod stage;

pub(crate) use names::{Names, REPOSITORY};
pub(crate) use shims::{DockerCall, HELPER_NAME};
pub(crate) use stage::{Issued, Stage};
