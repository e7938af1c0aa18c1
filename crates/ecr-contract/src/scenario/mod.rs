//! Scenarios. A scenario consists of the configuration of a mock, the steps of a client, and the expectations.

pub(crate) mod builtin;
mod definition;
mod expect;
#[cfg(test)]
mod fairness;
mod file;
mod range;
mod redirect;
mod renamed;
mod severity;
mod step;

pub(crate) use definition::Scenario;
pub(crate) use expect::{
    Exit, Expect, ExpectedResult, Files, Gaps, Leaks, Output, PasswordVia, Pattern, RequestFilter,
    Secret,
};
pub use file::ScenarioError;
pub(crate) use file::Source;
pub(crate) use range::{CacheSpan, Count};
pub use redirect::RedirectMode;
pub use severity::Severity;
pub(crate) use step::{
    Action, Corruption, DockerShim, Fetch, GivenLogin, LoginSource, Revoked, RunArgs, Setting, Step,
};
