//! The memory limit for the values of a query.

use std::cell::Cell;

use serde_json::Value;

use crate::output::query::error::EvaluationError;

/// How many bytes the values on the way may still take, all together.
///
/// A short expression can double the document in every step.
#[derive(Debug)]
pub(super) struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(MAX_BYTES))
    }
}

impl Budget {
    /// Counts what a value takes.
    ///
    /// # Errors
    /// More bytes than are left.
    pub(super) fn spend(&self, bytes: usize) -> Result<(), EvaluationError> {
        let left = self.0.get().checked_sub(bytes);
        self.0.set(left.ok_or_else(too_large)?);
        Ok(())
    }
}

/// About how many bytes a value takes.
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
        "The values of the query take more than {megabytes} MB; it multiplies the answer"
    ))
}

/// An answer for every registry of a large organization, copied by each part of a long expression, takes a tenth of it.
const MAX_BYTES: usize = 50_000_000;
