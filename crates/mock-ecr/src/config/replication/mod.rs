//! The initial replication configurations of registries.

mod check;
mod destinations;
mod registry_replication;

pub(crate) use destinations::{Destinations, InvalidDestination};

pub use registry_replication::{RegistryReplication, ReplicationDestination, ReplicationRule};
