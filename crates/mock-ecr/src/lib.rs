//! An offline Amazon ECR whose authorization token means something: it is issued deterministically, opens the registry, is bound
//! to its account, region and principal, and dies when a clock that the test owns says so.
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
//! let answer = client.get_authorization_token().send().await?;
//! let data = &answer.authorization_data()[0];
//! let token = data.authorization_token().expect("ECR always sends one");
//! // The example of AWS's documentation.
//! assert_eq!(data.expires_at().expect("and its end").as_secs_f64(), 1448875853.241);
//! assert!(ecr.verify_token(token).is_ok());
//!
//! ecr.clock().advance(Duration::from_secs(12 * 3600));
//! let refusal = ecr.verify_token(token).unwrap_err();
//! assert_eq!(refusal.to_string(), "expired since 2015-11-30T09:30:53.241Z");
//! assert_eq!(ecr.requests().operation("GetAuthorizationToken").count(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Any other client is pointed at [`MockEcr::url`], with the credentials of a [`Principal`] of the mock's [`Config`]. Both
//! planes answer there: `POST /` is the API, `GET /v2/` the registry.
//!
//! # Modules
//!
//! The crate root has the mock, its configuration, and the types that the methods of both take and return. The modules have the rest:
//!
//! - [`config`]: the types of a [`Config`]'s fields, and the settings of clients
//! - [`fault`]: the faults that [`MockEcr::faults`] sets
//! - [`repository`]: the repositories that [`MockEcr::repository`] returns, and images for them
//! - [`request_log`]: the requests that [`MockEcr::requests`] returns
//! - [`tls`]: the certificate authority
//! - [`token`]: tokens, their claims and their errors
//!
//! Each public name has one path.
//!
//! # A map of the code
//!
//! A request passes through `server/connection` (sockets), `server/handler` (the path of a request) and `server/router`. It is then for
//! the API of a service or for the registry:
//!
//! - API: `services/dispatch` → `aws/protocol` and `aws/sigv4` → `services/SERVICE/operations/`
//! - registry: `registry/dispatch` → `registry/authentication` → a file for each kind of resource
//!
//! Both call `iam/authorization` and `domain/`, which uses `store/`. `request_log` records the request. `token` is the only module that
//! issues and verifies tokens. `types` and `clock` are the lowest layer.
//!
//! # What is not emulated
//!
//! Scanning, lifecycle policies, replication, pull-through caches and signing. [`MockEcr::supported_operations`] lists the operations that
//! are emulated; every other one is answered 501. Where ECR's own answer is not on record, the documentation of the code says what stands
//! in for it: `[ANALOG]` was recorded of another AWS service that speaks the same protocol, `[ASSUME]` is a choice.

mod aws;
mod builder;
mod client_env;
mod clock;
pub mod config;
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
pub mod tls {
    pub use crate::server::tls::{AuthorityError, CertificateAuthority, CertificateError};
}

pub use builder::{MockEcrBuilder, StartError};
pub use clock::Clock;
pub use config::configuration::Config;
pub use iam::principal::{Caller, Principal};
pub use mock_ecr::{MockEcr, ResetError};
pub use state::Preserve;
pub use types::timestamp::Timestamp;
pub use types::{AccountId, PrincipalArn, Region, RepositoryName};
