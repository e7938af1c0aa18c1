//! Real clients against the mock: skopeo, podman, buildah and the docker command.
//!
//! Each runs beside the mock in a network namespace that holds nothing but a loopback device, so that a client which
//! goes astray reaches nobody. `scripts/install-clients` installs what is needed here.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and says where"
)]

mod buildah;
mod client;
mod docker;
mod engine;
mod fence;
mod layout;
mod login;
mod mock;
mod podman;
mod readme;
mod refusals;
mod skopeo;
