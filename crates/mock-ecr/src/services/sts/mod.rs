//! AWS Security Token Service (STS).

mod operations;
mod table;

pub(crate) use table::OPERATIONS;
