//! The values in conditions.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::types::json::Json;

/// A value in a condition: a text, a number or a boolean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConditionValue(Value);

impl ConditionValue {
    pub(super) fn text(&self) -> String {
        match &self.0 {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

impl Serialize for ConditionValue {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for ConditionValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Json::deserialize(from)?.0 {
            Value::Null | Value::Array(_) | Value::Object(_) => Err(serde::de::Error::custom(
                "the value of a condition is neither a text nor a number nor a boolean",
            )),
            value => Ok(ConditionValue(value)),
        }
    }
}
