//! Limits the memory for the values of a query.

use std::cell::Cell;

use serde_json::Value;

use crate::output::query::error::EvaluationError;

/// The number of bytes that intermediate values may still take in total.
///
/// A short expression can double the document in each step.
#[derive(Debug)]
pub(super) struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(MAX_BYTES))
    }
}

impl Budget {
    /// Subtracts the size of a value.
    ///
    /// # Errors
    /// Returns an error if fewer bytes are left.
    pub(super) fn spend(&self, bytes: usize) -> Result<(), EvaluationError> {
        let left = self.0.get().checked_sub(bytes);
        self.0.set(left.ok_or_else(too_large)?);
        Ok(())
    }
}

/// Returns the approximate size of a value in bytes.
pub(super) fn size(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => {
            let members = members.iter();
            members.map(|(name, value)| name.len() + size(value)).sum()
        }
        _ => 0,
    };
    size_of::<Value>() + inside
}

fn too_large() -> EvaluationError {
    let megabytes = MAX_BYTES / 1_000_000;
    EvaluationError(format!(
        "The values of the query take more than {megabytes} MB; the query copies the response too often"
    ))
}

/// Ten times the size for all registries of a large organization, copied by each part of a long expression.
const MAX_BYTES: usize = 50_000_000;
