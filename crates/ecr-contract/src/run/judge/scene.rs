//! What there is to judge, and what is found of one thing.

use std::fmt::Display;

use crate::client::{Login, Outcome};
use crate::run::evidence::Seen;
use crate::testbed::Stage;

/// What there is to judge: a step, or the whole run.
pub(crate) struct Scene<'s> {
    pub(crate) stage: &'s Stage,
    pub(crate) outcomes: &'s [&'s Outcome],
    pub(crate) seen: &'s [Seen],
    /// The login that was handed out before.
    pub(crate) last_login: Option<&'s Login>,
    /// What a client that goes on running has written to stderr.
    pub(crate) stderr: &'s [u8],
}

/// What was expected and what was seen, of one thing.
pub(super) struct Held {
    pub(super) expectation: &'static str,
    pub(super) expected: String,
    pub(super) observed: String,
    pub(super) held: bool,
}

impl Held {
    pub(super) fn new(
        expectation: &'static str,
        expected: impl Display,
        observed: impl Display,
        held: bool,
    ) -> Self {
        Held {
            expectation,
            expected: expected.to_string(),
            observed: observed.to_string(),
            held,
        }
    }
}
