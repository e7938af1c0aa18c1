//! What Amazon ECR does on good and bad days, as scenarios that any client of it is run through.

mod alone;
pub mod baseline;
mod client;
mod client_type;
mod clock;
mod error_chain;
mod in_process;
mod order;
mod process;
pub mod report;
mod run;
mod scenario;
mod suite;
pub mod surroundings;
mod testbed;

pub use alone::perform;
pub use client::{Answering, Library, LibraryAsk, LibraryLogin};
pub use client_type::{ClientType, UnknownClientType};
pub use error_chain::error_chain;
pub use in_process::{InProcess, suite};
pub use report::Step;
pub use scenario::{RedirectMode, ScenarioError};
pub use suite::{Suite, SuiteError};
