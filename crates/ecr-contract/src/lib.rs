//! What Amazon ECR does on good and bad days, as scenarios that any client of it is run through.

mod class;
pub mod report;
mod scenario;
pub mod surroundings;

pub use class::{Class, UnknownClass};
pub use scenario::{RedirectMode, ScenarioError};
