//! Everything that lasts, as objects under documented keys ([`key`]): in memory, in a directory, or in a bucket.
//!
//! All that is asked of a store is that an object appears whole or not at all, and that of several who create one key one wins. Any
//! store of the `object_store` crate gives that. Nothing is kept beside one that others may write to, so that servers which share a store
//! share all.

mod content;
mod entry;
mod error;
mod index;
mod key;
mod listing;
mod location;
mod objects;
mod open;
mod record;
#[cfg(feature = "s3")]
mod s3;
mod writer;

pub(crate) use content::Content;
pub(crate) use entry::Entry;
pub(crate) use error::StoreError;
pub(crate) use key::{Folder, Key, decode, digest, encode, file_name};
pub use location::{S3Access, StoreLocation, StoreLocationError};
pub(crate) use objects::{Created, Store};
pub(crate) use record::{parse, print};
