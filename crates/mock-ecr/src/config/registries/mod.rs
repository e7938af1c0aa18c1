//! The settings of registries in a configuration.

mod check;
mod check_template;
mod creation_template;
mod initial_registry;

pub use creation_template::{CreationCause, CreationTemplate};
pub use initial_registry::{InitialRegistry, SigningConfiguration, SigningRule};
