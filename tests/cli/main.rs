//! Tests of the command `mock-ecr`.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a helper fails the test that called it"
)]

mod architecture;
mod book;
#[cfg(feature = "real-clients")]
mod buckets;
mod cargo_features;
#[cfg(feature = "real-clients")]
mod clients;
mod console_size;
mod control;
mod control_key;
#[cfg(feature = "real-clients")]
mod databases;
mod endpoints;
mod front_page;
mod hostile_server;
mod limits;
mod lists;
mod manual;
mod mock;
mod public_api;
mod pusher;
mod redirect;
mod renamed;
mod repository_url;
mod run;
mod running_mock;
mod scans;
mod serve;
#[cfg(feature = "real-clients")]
mod service_models;
mod stderr_copy;
mod stores;
mod supports;
#[cfg(target_os = "linux")]
mod terminal;
mod terms;
mod theme;
mod token;
mod toolchain;
mod typos;
#[path = "../contract/real/clients.rs"]
mod verdict_clients;
#[path = "../contract/real/verdicts.rs"]
mod verdicts;
