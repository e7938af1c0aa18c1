//! An offline mock of Amazon ECR that verifies authorization tokens. `GetAuthorizationToken` issues a token, and the
//! registry accepts it until it expires or is revoked. A token is bound to an account, a Region and a principal. Two
//! tokens are equal if they have the same seed, principal, Region, time of issue, TTL and token length. A test controls
//! the clock.
//!
#![cfg_attr(feature = "sdk", doc = "```")]
#![cfg_attr(not(feature = "sdk"), doc = "```text")]
//! # use std::time::Duration;
//! # use mock_ecr::MockEcr;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let ecr = MockEcr::builder().frozen().start().await?; // a free loopback port; stops when dropped
//! let client = aws_sdk_ecr::Client::new(&ecr.sdk_config()); // feature "sdk"
//!
//! let response = client.get_authorization_token().send().await?;
//! let data = &response.authorization_data()[0];
//! let token = data.authorization_token().expect("every response contains a token");
//! // The value of `expiresAt` in the AWS documentation of `get-authorization-token`.
//! let expires_at = data.expires_at().expect("every response contains an expiry time");
//! assert_eq!(expires_at.as_secs_f64(), 1448875853.241);
//! assert!(ecr.verify_token(token).is_ok());
//!
//! ecr.clock().advance(Duration::from_secs(12 * 3600));
//! let error = ecr.verify_token(token).unwrap_err();
//! assert_eq!(error.to_string(), "expired since 2015-11-30T09:30:53.241Z");
//! assert_eq!(ecr.requests().operation("GetAuthorizationToken").count(), 1);
//! # Ok(())
//! # }
//! ```
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
//! - [`repository`]: the repositories that [`MockEcr::repository`] returns, and images for them
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
//! The mock does not emulate image scanning, lifecycle policies, replication, pull-through caches and image signing.
//! [`MockEcr::supported_operations`] lists the operations that the mock implements. The mock responds to every other
//! operation with status 501.
//!
//! The responses of the mock are based on recorded responses of ECR. If no recording exists, the documentation of the
//! code states another basis. `[ANALOG]` marks a response that was recorded from another AWS service with the same
//! protocol. `[ASSUME]` marks an assumption.

mod aws;
mod blocking;
mod builder;
mod client_env;
mod clock;
pub mod config;
#[cfg(feature = "connector")]
mod connector;
mod control;
mod domain;
pub mod fault;
mod http;
mod iam;
mod mock_ecr;
mod registry;
pub mod repository;
pub mod request_log;
#[cfg(feature = "sdk")]
mod sdk;
mod server;
mod services;
mod state;
mod store;
pub mod token;
mod types;

/// The private certificate authority of a mock that accepts TLS.
#[cfg(feature = "tls")]
pub mod tls {
    pub use crate::server::tls::{CaError, CertificateAuthority, CertificateError};
}

pub use builder::{MockEcrBuilder, StartError};
pub use clock::Clock;
pub use config::configuration::Config;
pub use iam::principal::{Caller, Principal};
pub use mock_ecr::{MockEcr, ResetError};
pub use state::Preserve;
pub use types::timestamp::Timestamp;
pub use types::{AccountId, PrincipalArn, Region, RepositoryName};

/// The examples of README and of the guide on Rust. They run as doctests.
#[cfg(all(doctest, feature = "connector", feature = "sdk"))]
mod book {
    #![doc = include_str!("../../../README.md")]
    #![doc = include_str!("../../../docs/src/guides/rust.md")]
}
