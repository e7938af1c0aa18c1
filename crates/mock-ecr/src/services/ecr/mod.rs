//! Amazon ECR.

mod context;
mod domain_errors;
mod image_error;
mod kms_key;
pub(crate) mod operations;
mod table;
mod views;

pub(crate) use table::OPERATIONS;
