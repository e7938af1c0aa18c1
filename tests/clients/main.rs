//! Tests of the mock with real clients, at a loopback address and at the host names of AWS.
//!
//! Each client runs with the mock in a network namespace with only a loopback device. A client with a wrong configuration therefore
//! cannot reach another host. `scripts/install-clients` installs the clients.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a helper fails the test that called it"
)]

mod addresses;
mod all_operations;
mod api;
mod book;
mod buildah;
mod chroot;
mod client;
mod console;
mod cosign;
mod covered_paths;
mod credential_helpers;
mod docker;
mod docker_login;
mod engine;
mod engine_by_host_name;
mod engine_commands;
mod generated;
mod images;
mod images_in_code;
mod installed;
mod layout;
mod lifecycle;
mod login;
mod mock;
mod not_implemented;
mod page;
mod plain_tests;
mod podman;
mod rejections;
mod replication;
mod sandbox;
mod scanning;
mod shell;
mod skopeo;
#[path = "../cli/stderr_copy.rs"]
mod stderr_copy;
mod sts;
