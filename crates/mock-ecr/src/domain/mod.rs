//! What can be done to a repository, its images, tags and layers: one truth for both planes, which only translate.
//!
//! `now` is passed in, and nothing here knows who asks.

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
