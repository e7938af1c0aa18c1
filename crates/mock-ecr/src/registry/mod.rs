//! The registry: Docker Registry v2 and OCI Distribution 1.1 under `/v2/`.
//!
//! [`authentication`] verifies the credentials of every request, and [`crate::iam::authorization`] decides which actions the caller is
//! allowed. The routes translate between HTTP and [`crate::domain`]. A difference between ECR and the specification is a
//! [`Quirk`](crate::config::Quirk).

pub(crate) mod authentication;
mod blob;
mod call;
mod context;
mod denied_action;
mod dispatch;
mod error;
pub(crate) mod layer_download;
pub(crate) mod layer_url;
mod layer_url_error;
mod lists;
mod manifest;
mod oci_code;
pub(crate) mod path;
mod pull_through;
mod referrers;
mod upload;

pub(crate) use call::Call;
pub(crate) use dispatch::answer;
pub(crate) use error::{UNAVAILABLE, buffers_full, expired, injected, not_found};
