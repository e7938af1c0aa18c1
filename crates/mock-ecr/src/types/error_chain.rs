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
