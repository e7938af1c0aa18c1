//! Tests of the mock over a socket, at the level of bytes.
//!
//! The expected responses are recordings of AWS. Each test or its file names the source. `[ANALOG]` marks a recording of another
//! AWS service with the same protocol, `[ASSUME]` marks an assumption.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a helper fails the test that called it"
)]

mod authentication;
mod blocking;
mod bounds;
mod console;
mod control;
mod cookbook;
mod errors;
mod explained;
mod explanations;
mod faults;
mod handle;
mod http2;
mod image;
mod incomplete_signature;
mod invalid_http;
mod limits;
mod log;
mod long_names;
mod malformed;
mod not_implemented;
mod operations;
mod order;
mod pull_through;
mod raw;
mod registry;
mod registry_ids;
mod registry_urls;
mod rejections;
mod repeatable;
mod request_log;
mod response;
mod secrets;
mod signer;
mod stalled;
mod sts;
mod tls;
mod token_call;
mod truncated;
mod unknown_keys;
mod welcome;
