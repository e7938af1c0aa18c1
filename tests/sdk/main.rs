//! The AWS SDK for Rust against the mock, by the clocks that the two may have.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and says where"
)]

mod clock;
mod faults;
mod images;
mod principals;
mod stub;
