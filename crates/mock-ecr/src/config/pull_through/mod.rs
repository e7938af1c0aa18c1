//! Pull-through caches in a configuration: the rules, the addresses of the upstream registries, and the secrets with their credentials.

mod address;
mod check;
mod rule;
mod secret;
mod upstreams;

pub(crate) use address::port_of;
pub use address::{UpstreamAddress, UpstreamAddressError};
pub use rule::PullThroughCacheRule;
pub use secret::{SecretAccess, StoredSecret};
pub use upstreams::Upstreams;
