//! The persistent data: records in an ordered store with serializable transactions ([`key`] has their schema), and the bytes of layers as
//! immutable objects.
//!
//! An engine guarantees that a committed transaction is durable, and that the changes of a transaction are applied completely or not at all,
//! also if the process ends at any point. A transaction is a closure without I/O: bytes are written to an object before the transaction that
//! refers to it, and removed after the last reference.

mod content_key;
#[cfg(feature = "file-store")]
mod directory;
mod engine;
mod error;
#[cfg(feature = "file-store")]
mod file;
mod key;
#[cfg(feature = "file-store")]
mod layers_owner;
mod location;
#[cfg(feature = "file-store")]
mod marker;
mod memory;
mod memory_objects;
mod names;
mod objects;
mod open;
#[cfg(feature = "file-store")]
mod open_persistent;
#[cfg(feature = "file-store")]
mod owner;
#[cfg(feature = "file-store")]
mod part_writer;
#[cfg(feature = "file-store")]
mod persistent_objects;
#[cfg(feature = "postgres")]
mod postgres;
mod postgres_url;
mod records;
mod registry_key;
#[cfg(feature = "file-store")]
mod rows;
#[cfg(feature = "s3")]
mod s3;
mod snapshot;
mod stored_object;
#[cfg(test)]
#[cfg(feature = "file-store")]
pub(crate) mod tests;

pub(crate) use error::StoreError;
pub(crate) use key::{Folder, Generation, Key, parse_time};
pub use location::{LayersLocation, S3Access, StoreLocation, StoreLocationError};
pub(crate) use names::ProcessId;
pub(crate) use objects::ObjectWriter;
pub use postgres_url::{PostgresUrl, PostgresUrlError};
pub(crate) use records::Store;
pub(crate) use snapshot::{Record, Snapshot, Transaction, parse};
pub(crate) use stored_object::{ObjectBytes, StoredObject};
