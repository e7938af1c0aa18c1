//! The wire protocols of AWS services.

pub(crate) mod json;
pub(crate) mod response;
