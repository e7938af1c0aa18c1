//! The AWS services: the dispatch of API calls, and a folder for each service.

pub(crate) mod call;
pub(crate) mod context;
pub(crate) mod dispatch;
pub(crate) mod ecr;
pub(crate) mod operation;
pub(crate) mod sts;
pub(crate) mod support;
mod table;

pub(crate) use table::{implemented, is_read, operations};
