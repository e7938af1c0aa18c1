//! AWS Security Token Service (STS).

pub(crate) mod extended_request_id;
mod operations;
mod table;

pub(crate) use table::OPERATIONS;
