//! The JSON object that an operation is called with.

use serde_json::{Map, Value};

use crate::api::ApiError;

/// The members of an input; those that no operation asks for are ignored. `[ASSUME]`
#[derive(Debug)]
pub(super) struct Input(Map<String, Value>);

impl Input {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().map(Input)
    }

    /// A list of strings; none if it is absent or null.
    ///
    /// # Errors
    ///
    /// When it is something else. The texts are those of Kinesis for members that should be lists, and of DynamoDB for
    /// their elements, both of which speak this protocol. `[ANALOG]` Sources: mhart/kinesalite; architect/dynalite,
    /// `test/helpers.js`.
    pub(super) fn string_list(&self, name: &str) -> Result<Option<Vec<&str>>, ApiError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(elements)) => elements
                .iter()
                .map(string)
                .collect::<Result<_, _>>()
                .map(Some),
            Some(Value::Object(_)) => Err(refusal(
                "Start of structure or map found where not expected.",
            )),
            Some(_) => Err(refusal("Expected list or null")),
        }
    }
}

/// A null in a list of strings is taken for an empty string, which no constraint lets pass. `[ASSUME]`
fn string(element: &Value) -> Result<&str, ApiError> {
    Err(refusal(match element {
        Value::String(text) => return Ok(text),
        Value::Null => return Ok(""),
        Value::Object(_) => "Start of structure or map found where not expected",
        Value::Array(_) => "Unrecognized collection type class java.lang.String",
        Value::Bool(true) => "TRUE_VALUE cannot be converted to String",
        Value::Bool(false) => "FALSE_VALUE cannot be converted to String",
        Value::Number(number) if number.is_f64() => "DECIMAL_VALUE cannot be converted to String",
        Value::Number(_) => "NUMBER_VALUE cannot be converted to String",
    }))
}

fn refusal(message: &str) -> ApiError {
    ApiError::Serialization(message.to_owned())
}
