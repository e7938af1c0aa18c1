//! Values that are neither lists nor objects.

use serde_json::Value;

/// To text and tables a value is a scalar, a list or an object.
pub(super) fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}
