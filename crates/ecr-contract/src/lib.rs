//! What Amazon ECR does on good and bad days, as scenarios that any client of it is run through.

mod alone;
pub mod baseline;
mod class;
mod clock;
pub mod report;
mod scenario;
pub mod surroundings;

mod client;
mod in_process;
mod order;
mod process;
mod run;
mod suite;
mod testbed;

pub use alone::perform;
pub use class::{Class, UnknownClass};
pub use client::{Answering, Library, LibraryAsk, LibraryLogin};
pub use in_process::{InProcess, suite};
pub use report::Step;
pub use scenario::{RedirectMode, ScenarioError};
pub use suite::{Suite, SuiteError};
