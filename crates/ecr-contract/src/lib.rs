//! Contract tests for clients of Amazon ECR.
//!
//! Each scenario runs a client against a mock of ECR and checks the behaviour of the client: whether it retries a throttled call, replaces
//! an expired token, or reports an error.
//!
//! A [`Suite`] runs a client program of one of the [`ClientType`]s in separate processes. [`suite()`] returns an
//! [`InProcess`], which runs a Rust library in the process of a test. [`Suite::run`] and [`InProcess::run`] return a [`report::Report`].

mod access;
pub mod baseline;
mod calibration;
mod catalog;
mod claim;
mod client;
mod client_program;
mod client_type;
mod clock;
mod error_chain;
mod file_start;
mod in_process;
mod load;
mod process;
pub mod report;
mod run;
pub mod sandbox;
mod scenario;
mod schedule;
mod shell_word;
mod stored_login;
mod suite;
mod suite_number;
mod system;
mod testbed;
mod timing;
mod untrusted_text;
mod worker;
mod worker_request;

pub use catalog::{Catalog, ListedScenario};
pub use claim::{Claim, UnknownClaim};
pub use client::{Library, LibraryLogin, LibraryRequest, LoginFuture};
pub use client_type::{ClientType, UnknownClientType};
pub use error_chain::error_chain;
pub use in_process::{InProcess, suite};
pub use report::FinishedCase;
pub use scenario::{RedirectMode, ScenarioError};
pub use suite::{DockerProgram, Suite, SuiteError};
pub use suite_number::{SuiteNumber, UnknownSuite};
pub use untrusted_text::{sanitize_json, sanitize_line, sanitize_text};
pub use worker::run_worker;

/// The example of the page on contract tests, which is compiled as a doctest.
#[cfg(doctest)]
mod book {
    #![doc = include_str!("../../../docs/src/contract.md")]
}
