//! Amazon ECR.

mod context;
mod domain_errors;
mod image_error;
pub(crate) mod operations;
mod pull_through;
mod pull_through_errors;
mod registry_errors;
mod scan_errors;
mod table;
mod template_input;
mod views;

pub(crate) use table::OPERATIONS;
