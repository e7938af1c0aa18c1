//! Formats an error and its sources on one line.

use std::error::Error;
use std::iter;

/// Returns the message of an error and the messages of its sources, separated by `: `.
///
/// The message of an error must not contain the message of its source. Otherwise, the result contains the message twice.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let errors = iter::successors(Some(error), |&error| error.source());
    let texts: Vec<String> = errors.map(ToString::to_string).collect();
    texts.join(": ")
}
