//! The repositories of a running mock, and images and policies that are described in code.

mod error;
mod handle;
mod lifecycle;

pub use crate::config::image::Image;
pub use crate::config::policy::Policy;
pub use crate::config::scanning::{Finding, FindingSeverity, ScanResult, ScanStatus};
pub use crate::domain::rejection::{Evidence, Rejection};
pub use crate::domain::{BackgroundKind, BackgroundRun};
pub use crate::types::Digest;
pub use error::RepositoryError;
pub use handle::Repository;
pub use lifecycle::LifecycleRun;
