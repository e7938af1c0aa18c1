//! Parses JSON parameters.

use serde_json::Value;

use crate::python_json;

/// Parses a text.
///
/// # Errors
/// Returns v1's message with the error, its position and the text.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    python_json::parse(text)
        .map_err(|reason| format!("Invalid JSON: {reason}\nJSON received: {text}"))
}
