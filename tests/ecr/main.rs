//! Tests of the program `ecr` against a scripted server or the mock on loopback.
//!
//! Expected texts and numbers are recorded from AWS CLI 1.46.3 unless a test says otherwise.

#![allow(
    clippy::unwrap_used,
    reason = "a failure in a helper fails the test that called it"
)]

mod arguments;
mod book;
mod command;
mod configuration;
mod credential_helper;
mod credentials;
mod debug;
mod environment;
mod errors;
mod expiry;
mod golden;
mod help;
mod input;
mod json;
mod json_documents;
mod keep_login;
mod kubelet;
mod login;
mod login_lines;
mod login_session;
mod network;
mod other_program;
mod password;
mod process_output;
mod request;
mod stub;
mod timeouts;
mod tls;
