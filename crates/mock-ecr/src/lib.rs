//! An offline mock of Amazon ECR for tests. It issues authorization tokens, and its registry verifies them.
//!
#![cfg_attr(feature = "sdk", doc = "```")]
#![cfg_attr(not(feature = "sdk"), doc = "```ignore")]
//! use aws_sdk_ecr::{Client, error::ProvideErrorMetadata};
//! use mock_ecr::{Clock, MockEcr, Principal, Timestamp, repository::Image};
//!
//! # // `tokio::test` would not run here, so that the functions below are called by `main`.
//! # mod tokio { pub use ::tokio::{*, main as test}; }
//! # fn main() {
//! #     a_job_renews_a_token_that_expires();
//! #     a_throttled_call_is_retried();
//! #     another_account_needs_permission();
//! # }
//! #[tokio::test]
//! async fn a_job_renews_a_token_that_expires() {
//!     let ecr = MockEcr::builder().frozen().start().await.unwrap(); // stops when dropped
//!     let mut job = Job::new(&ecr);
//!     job.step().await;
//!     ecr.clock().advance(ecr.config().token_ttl); // 12 hours, without waiting
//!     job.step().await;
//!     ecr.requests().operation("GetAuthorizationToken").expect(2);
//! }
//!
//! #[tokio::test]
//! async fn a_throttled_call_is_retried() {
//!     let ecr = MockEcr::builder().frozen().start().await.unwrap();
//!     ecr.faults().throttling().times(2).expect(2).set().unwrap();
//!     Job::new(&ecr).step().await;
//! }
//!
//! #[tokio::test]
//! async fn another_account_needs_permission() {
//!     let builder = MockEcr::builder().account("123456789012").account("210987654321");
//!     let ci = Principal::from_arn("arn:aws:iam::210987654321:user/ci").unwrap();
//!     let ecr = builder.principal(ci).start().await.unwrap();
//!     ecr.repository("team/app").push(Image::new().layer("a layer").tag("1.0")).await.unwrap();
//!     let list = Client::new(&ecr.sdk_config()).list_images().registry_id("123456789012");
//!     let error = list.repository_name("team/app").send().await.unwrap_err();
//!     assert_eq!(error.code(), Some("AccessDeniedException"));
//! }
//!
//! /// The code under test, which requests a token when it needs one.
//! struct Job { client: Client, clock: Clock, expires: Option<Timestamp> }
//!
//! impl Job {
//!     fn new(ecr: &MockEcr) -> Self {
//!         let client = Client::new(&ecr.sdk_config());
//!         Job { client, clock: ecr.clock().clone(), expires: None }
//!     }
//!
//!     async fn step(&mut self) {
//!         if self.expires.is_none_or(|expires| expires <= self.clock.now()) {
//!             let output = self.client.get_authorization_token().send().await.unwrap();
//!             let expires = *output.authorization_data()[0].expires_at().unwrap();
//!             self.expires = Some(std::time::SystemTime::try_from(expires).unwrap().into());
//!         }
//!     }
//! }
//! ```
//!
//! The tests need the feature `sdk` of this crate, which adds `MockEcr::sdk_config`, and the crates `aws-sdk-ecr` and
//! `tokio` (features `macros` and `rt`).
//! [`Requests::expect`](request_log::Requests::expect) panics if the number of requests differs.
//! [`FaultBuilder::expect`](fault::FaultBuilder::expect) is checked when the mock is dropped.
//!
//! [`MockEcrBuilder::in_process`] starts a mock without a socket. [`MockEcr::start_blocking`] starts a mock on a thread
//! of its own. A test whose client blocks the thread, for example a test that waits for a child process, needs such a
//! mock, also in `#[tokio::test]`.
//!
//! To use another client, set its endpoint to [`MockEcr::url`] and its credentials to those of a [`Principal`] in the
//! mock's [`Config`]. The APIs (`POST /`) and the registry (`GET /v2/`) are served on the same port.
//!
//! # Modules
//!
//! The crate root contains the mock, its builder, its configuration and its clock, and the types that several modules
//! use, such as [`Region`] and [`Timestamp`]. The modules contain the other types:
//!
//! - [`config`]: the types of the fields of a [`Config`], and the environment variables and the connector of clients
//! - [`fault`]: faults, which change responses so that a test can check how a client reacts; see [`MockEcr::faults`]
//! - [`repository`]: the repositories that [`MockEcr::repository`] returns, and images and policies for them
//! - [`request_log`]: the requests that [`MockEcr::requests`] returns
#![cfg_attr(
    feature = "tls",
    doc = "- [`tls`]: the certificate authority of a mock that accepts TLS"
)]
//! - [`token`]: tokens, their claims and their errors
//!
//! Each public item is exported under one path only. The file `ARCHITECTURE.md` in the source repository describes the
//! internal modules.
//!
//! # Features
//!
#![doc = include_str!("../FEATURES.md")]
//!
//! # What is not emulated
//!
//! The scans of the mock do not read images, and its signatures are not signed.
//! [`MockEcr::supported_operations`] lists the operations that the mock implements. The mock responds to every other
//! operation with status 501.
//!
//! The responses of the mock are based on recorded responses of ECR. If no recording exists, the documentation of the
//! code states another basis. `[ANALOG]` marks a response that was recorded from another AWS service with the same
//! protocol. `[ASSUME]` marks an assumption.

mod aws;
mod blocking;
mod builder;
mod builder_lifecycle;
mod builder_pull_through;
mod builder_registry;
mod builder_replication;
mod builder_repository;
mod builder_scanning;
mod client_env;
mod clock;
pub mod config;
#[cfg(feature = "connector")]
mod connector;
mod control;
mod credentials;
mod domain;
pub mod fault;
mod http;
mod iam;
mod lifecycle;
mod mock_ecr;
mod registry;
pub mod repository;
pub mod request_log;
#[cfg(feature = "sdk")]
mod sdk;
mod server;
mod services;
mod start_error;
mod state;
mod store;
pub mod token;
mod types;
mod upstream;
mod web;

/// The private certificate authority of a mock that accepts TLS.
#[cfg(feature = "tls")]
pub mod tls {
    pub use crate::server::tls::{CaError, CertificateAuthority, CertificateError};
}

pub use builder::MockEcrBuilder;
pub use clock::Clock;
pub use config::configuration::Config;
pub use iam::principal::{Caller, Principal};
pub use mock_ecr::{MockEcr, ResetError};
pub use start_error::StartError;
pub use state::Preserve;
pub use types::timestamp::Timestamp;
pub use types::{AccountId, PrincipalArn, Region, RepositoryName};

/// The examples of README and of the guide on Rust. They run as doctests.
#[cfg(all(doctest, feature = "connector", feature = "sdk"))]
mod book {
    #![doc = include_str!("../../../README.md")]
    #![doc = include_str!("../../../docs/src/guides/rust.md")]
}
