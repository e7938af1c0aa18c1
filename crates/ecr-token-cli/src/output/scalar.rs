//! Values that are neither lists nor objects.

use serde_json::Value;

/// Returns whether a value is neither a list nor an object.
pub(super) fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}
