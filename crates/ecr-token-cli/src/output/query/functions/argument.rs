//! The arguments of a function.

use serde_json::Value;

use crate::output::query::error::EvaluationError;

/// An argument of a function.
pub(crate) enum Argument<'a> {
    Value(Value),
    Expression(Expression<'a>),
}

/// An expression (`&`). It returns a value for each item to which the function applies it.
pub(crate) type Expression<'a> = Box<dyn Fn(&Value) -> Result<Value, EvaluationError> + 'a>;

pub(super) fn values<'a>(arguments: &'a [Argument<'_>]) -> Vec<&'a Value> {
    let values = arguments.iter().map(|argument| match argument {
        Argument::Value(value) => value,
        Argument::Expression(_) => &Value::Null,
    });
    values.collect()
}

pub(super) fn list<'a>(argument: &'a Argument<'_>) -> &'a [Value] {
    match argument {
        Argument::Value(Value::Array(items)) => items,
        _ => &[],
    }
}

pub(super) fn value_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

pub(super) fn wrong_type(
    function: &str,
    value: &str,
    class: &str,
    types: &[&str],
) -> EvaluationError {
    let types: Vec<_> = types.iter().map(|name| format!("'{name}'")).collect();
    let types = types.join(", ");
    EvaluationError(format!(
        "In function {function}(), invalid type for value: {value}, expected one of: [{types}], received: \"{class}\""
    ))
}
