//! What Amazon ECR does on good and bad days, as scenarios that any client of it is run through.

pub mod baseline;
mod client;
mod client_type;
mod clock;
mod error_chain;
mod in_process;
mod process;
pub mod report;
mod run;
pub mod sandbox;
mod scenario;
mod suite;
mod testbed;
mod worker;
mod worker_request;

pub use client::{Library, LibraryLogin, LibraryRequest, LoginFuture};
pub use client_type::{ClientType, UnknownClientType};
pub use error_chain::error_chain;
pub use in_process::{InProcess, suite};
pub use report::FinishedCase;
pub use scenario::{RedirectMode, ScenarioError};
pub use suite::{Suite, SuiteError};
pub use worker::run_worker;
