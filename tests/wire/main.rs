//! The mock as a client sees it: bytes into a socket, bytes out of it.
//!
//! What is expected was recorded of AWS, at the place that a test or its file names. `[ANALOG]` was recorded of another service
//! that speaks the same protocol, `[ASSUME]` is a choice.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that cannot go on fails the test that called it"
)]

mod answer;
mod broken;
mod control;
mod cookbook;
mod door;
mod errors;
mod faults;
mod http2;
mod journal;
mod limits;
mod log;
mod long_names;
mod malformed;
mod not_implemented;
mod operations;
mod order;
mod powers;
mod raw;
mod refusals;
mod registry;
mod registry_ids;
mod repeatable;
mod secrets;
mod signature_form;
mod signer;
mod stalled;
mod sts;
mod tls;
mod token_call;
