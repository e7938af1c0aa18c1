//! Validates the input against the service model, as v1 does before it signs.

use serde_json::Value;

use crate::error::Error;
use crate::input::members::{Input, REGISTRY_IDS};
use crate::python;

impl Input {
    /// Returns the registry ids, or `None` if the parameter is missing.
    ///
    /// The form and the number of ids are not validated, as in v1: the service does so.
    ///
    /// # Errors
    /// Returns all errors together: unknown members, an empty list and values of the wrong type.
    pub(crate) fn validated(self) -> Result<Option<Vec<String>>, Error> {
        let unknown = self.0.keys().filter(|name| *name != REGISTRY_IDS);
        let mut errors: Vec<_> = unknown
            .map(|name| {
                format!("Unknown parameter in input: \"{name}\", must be one of: {REGISTRY_IDS}")
            })
            .collect();
        let ids = self
            .0
            .get(REGISTRY_IDS)
            .map(|value| ids(value, &mut errors));
        match errors.is_empty() {
            true => Ok(ids),
            false => Err(Error::Validation(errors)),
        }
    }
}

/// Returns the strings of the list, and adds an error for each other value.
fn ids(value: &Value, errors: &mut Vec<String>) -> Vec<String> {
    let Value::Array(items) = value else {
        let expected = "<class 'list'>, <class 'tuple'>";
        errors.push(wrong_type(REGISTRY_IDS, value, expected));
        return Vec::new();
    };
    if items.is_empty() {
        errors.push(format!(
            "Invalid length for parameter {REGISTRY_IDS}, value: 0, valid min length: 1"
        ));
    }
    let mut ids = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match item {
            Value::String(id) => ids.push(id.clone()),
            other => {
                let name = format!("{REGISTRY_IDS}[{index}]");
                errors.push(wrong_type(&name, other, "<class 'str'>"));
            }
        }
    }
    ids
}

/// Returns the message for a parameter of another type.
pub(crate) fn wrong_type(name: &str, value: &Value, expected: &str) -> String {
    let (value, class) = (python::str(value), python::class(value));
    format!(
        "Invalid type for parameter {name}, value: {value}, type: <class '{class}'>, valid types: {expected}"
    )
}
