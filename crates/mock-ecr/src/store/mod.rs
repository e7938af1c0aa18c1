//! The persistent data, as objects under documented keys ([`key`]): in memory, in a directory, or in a bucket.
//!
//! A store must guarantee two things, which every store of the `object_store` crate does. Writing an object is atomic, and only one of
//! several concurrent attempts to create the same key succeeds. The mock caches nothing of a directory or a bucket, so servers that share
//! one use the same data.

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
pub(crate) use record::{parse, serialize};
