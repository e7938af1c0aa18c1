//! The operations on repositories, images, tags and layers. The API and the registry share them and only translate requests and responses.
//!
//! The time is a parameter, `now`. Only [`access`] depends on the caller.

mod access;
mod account_setting;
mod error;
pub(crate) mod hasher;
mod image;
mod layer;
mod listing;
mod manifest;
mod mutability;
mod oci_layout;
mod push;
mod repositories;
mod repository;
mod resource_tags;
#[cfg(test)]
mod tests;
mod upload;

pub(crate) use access::AccessError;
pub(crate) use account_setting::AccountSetting;
pub(crate) use error::{InvalidManifest, RepositoryError};
pub(crate) use image::{Image, NewImage};
pub(crate) use manifest::LONGEST_MANIFEST;
pub(crate) use mutability::{TagMutability, TagRule};
pub(crate) use oci_layout::LayoutError;
pub(crate) use repositories::Repositories;
pub(crate) use repository::{Repository, Settings};
pub(crate) use resource_tags::ResourceTag;
pub(crate) use upload::{ContentError, ContentStream, Uploaded};
