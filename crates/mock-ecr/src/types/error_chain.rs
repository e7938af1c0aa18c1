//! Formats an error and its sources on one line.

use std::error::Error;
use std::iter;

/// Returns the text of an error and of each of its sources, joined by colons.
///
/// In this project, the text of an error does not contain the text of its source.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let errors = iter::successors(Some(error), |&error| error.source());
    let texts: Vec<String> = errors.map(ToString::to_string).collect();
    texts.join(": ")
}

/// Implements `Debug` for an error type: the text of the error and of its sources. `unwrap`, and a test that returns the
/// error, print the value in this form.
macro_rules! debug_as_chain {
    ($error:ty) => {
        impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::types::error_chain::chain(self))
            }
        }
    };
}

pub(crate) use debug_as_chain;
