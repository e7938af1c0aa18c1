//! The parts of HTTP that do not use sockets.

pub(crate) mod authority;
pub(crate) mod base_url;
pub(crate) mod body;
pub(crate) mod buffers;
pub(crate) mod client;
#[cfg(feature = "connector")]
pub(crate) mod connector;
pub(crate) mod ingress;
pub(crate) mod listening;
pub(crate) mod permits;
pub(crate) mod query;
pub(crate) mod range;
