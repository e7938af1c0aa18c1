//! The command `mock-ecr`, as a user runs it.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and says where"
)]

mod architecture;
mod book;
mod buckets;
mod clients;
mod control;
mod limits;
mod mock;
mod public_api;
mod pusher;
mod redirect;
mod renamed;
mod run;
mod running;
mod serve;
mod service_models;
mod stores;
mod supports;
mod terms;
mod token;
