//! The command `mock-ecr`, as a user runs it.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and says where"
)]

mod clients;
mod limits;
mod mock;
mod run;
mod serve;
mod tidy;
mod token;
