//! Tests of the mock with the AWS SDK for Rust.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a helper fails the test that called it"
)]

mod all_operations;
mod clock;
mod connector;
mod faults;
mod images;
mod in_process;
mod principals;
mod repositories;
mod stub;
