//! The input of the checks, and the result of a check.

use std::fmt::Display;

use crate::client::{Login, Outcome};
use crate::file_start::read_start;
use crate::run::evidence::TimedRequest;
use crate::run::files::{files_in, is_log};
use crate::testbed::Testbed;

/// The data to check. It belongs to one step or to the whole run.
pub(crate) struct CheckContext<'s> {
    pub(crate) testbed: &'s Testbed,
    pub(crate) outcomes: &'s [&'s Outcome],
    pub(crate) requests: &'s [TimedRequest],
    /// The last login that the client returned in an earlier step.
    pub(crate) last_login: Option<&'s Login>,
    /// The text on stderr of a client whose process continues to run after the step.
    pub(crate) stderr: &'s [u8],
}

impl CheckContext<'_> {
    /// Returns the logs that the client has written to its home directory.
    pub(super) fn logs(&self) -> String {
        let home = self.testbed.home();
        let files = files_in(home).into_iter().filter(|file| is_log(home, file));
        let texts = files.filter_map(|file| read_start(&file).ok());
        texts
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The result of one check.
pub(super) struct Check {
    pub(super) expectation: &'static str,
    pub(super) expected: String,
    pub(super) observed: String,
    pub(super) passed: bool,
}

impl Check {
    pub(super) fn new(
        expectation: &'static str,
        expected: impl Display,
        observed: impl Display,
        passed: bool,
    ) -> Self {
        Check {
            expectation,
            expected: expected.to_string(),
            observed: observed.to_string(),
            passed,
        }
    }
}
