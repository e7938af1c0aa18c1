//! Formats an error with its sources on one line.

use std::error::Error;
use std::iter;

/// Returns the text of an error and of each of its sources, joined by colons.
///
/// The text of an error must not repeat its source.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let errors = iter::successors(Some(error), |&error| error.source());
    let texts: Vec<String> = errors.map(ToString::to_string).collect();
    texts.join(": ")
}
