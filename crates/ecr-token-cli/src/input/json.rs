//! Parses JSON parameters.

use serde_json::Value;

use crate::error::Error;
use crate::python_json::{self, JsonError};

/// Parses the text of an option.
///
/// # Errors
/// Returns v1's message with the error, its position and the text, and Python's message for a text that is nested too deeply.
pub(super) fn parse(option: &'static str, text: &str) -> Result<Value, Error> {
    python_json::parse(text).map_err(|error| match error {
        JsonError::Invalid(reason) => Error::Parameter {
            option,
            reason: format!("Invalid JSON: {reason}\nJSON received: {text}"),
        },
        error => Error::Json(error),
    })
}
