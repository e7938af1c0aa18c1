//! What HTTP needs apart from sockets.

pub(crate) mod authority;
pub(crate) mod body;
pub(crate) mod ingress;
pub(crate) mod query;
pub(crate) mod range;
