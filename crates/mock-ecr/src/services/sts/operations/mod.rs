//! The operations of AWS STS, one file each.

pub(crate) mod get_caller_identity;
