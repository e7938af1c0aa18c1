//! Real clients against the mock: at a loopback address, and by AWS's names.
//!
//! Each runs beside the mock in a network namespace that holds nothing but a loopback device, so that a client which
//! goes astray reaches nobody. `scripts/install-clients` installs what is needed here.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and says where"
)]

mod api;
mod book;
mod buildah;
mod chains;
mod client;
mod cosign;
mod docker;
mod engine;
mod engine_by_name;
mod engine_commands;
mod fence;
mod images;
mod images_in_code;
mod installed;
mod layout;
mod login;
mod mock;
mod not_implemented;
mod page;
mod podman;
mod rejections;
mod shell;
mod skopeo;
mod sts;
