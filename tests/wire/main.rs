//! The mock as a client sees it: bytes into a socket, bytes out of it.
//!
//! What is expected was recorded of AWS, at the place that a test or its file names. `[ANALOG]` was recorded of another service
//! that speaks the same protocol, `[ASSUME]` is a choice.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that cannot go on fails the test that called it"
)]

mod authentication;
mod control;
mod cookbook;
mod errors;
mod faults;
mod handle;
mod http2;
mod incomplete_signature;
mod invalid_http;
mod limits;
mod log;
mod long_names;
mod malformed;
mod not_implemented;
mod operations;
mod order;
mod raw;
mod registry;
mod registry_ids;
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
