//! The services of AWS that the mock has, one folder each.

pub(crate) mod ecr;
