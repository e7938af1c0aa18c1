//! Validates the input of an operation against the service model.
//!
//! The types of all members are checked first, then the constraints. The messages about types are those of Kinesis for members that
//! must be lists, and those of DynamoDB for others. Both services use this protocol. `[ANALOG]` Sources: mhart/kinesalite;
//! architect/dynalite, `test/helpers.js`.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::aws::error::ApiError;
use crate::aws::model::shapes::{Kind, Model, Shape};
use crate::types::json::Json;

/// The members of an input. Unknown members are ignored. `[ASSUME]`
#[derive(Debug)]
pub(crate) struct Input(Map<String, Value>);

impl Input {
    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).expect("a map of JSON values serializes to JSON")
    }

    pub(crate) fn of(members: Map<String, Value>) -> Self {
        Input(members)
    }

    /// Parses the body of a request, if it is a JSON object.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        match serde_json::from_slice(body) {
            Ok(Json(Value::Object(members))) => Some(Input(members)),
            _ => None,
        }
    }

    /// Validates the input against the model, and deserializes it.
    ///
    /// # Errors
    ///
    /// Returns an error if a member has the wrong type, is missing, or violates a constraint.
    pub(crate) fn read<T: DeserializeOwned>(
        self,
        model: &Model,
        operation: &str,
    ) -> Result<T, ApiError> {
        let shape = model.input(operation);
        check_members(model, shape, &self.0)?;
        constrain_members(model, shape, &self.0, None)?;
        serde_json::from_value(Value::Object(self.0))
            .map_err(|error| ApiError::Serialization(error.to_string()))
    }
}

fn check_members(
    model: &Model,
    shape: &Shape,
    members: &Map<String, Value>,
) -> Result<(), ApiError> {
    for (name, member) in &shape.members {
        match members.get(name) {
            None | Some(Value::Null) => {}
            Some(value) => check_type(model, model.shape(member), value)?,
        }
    }
    Ok(())
}

fn check_type(model: &Model, shape: &Shape, value: &Value) -> Result<(), ApiError> {
    match (shape.kind, value) {
        (Kind::Structure, Value::Object(members)) => check_members(model, shape, members),
        (Kind::Structure, _) => Err(serialization_error("Unexpected field type")),
        (Kind::List, Value::Array(elements)) => elements
            .iter()
            .try_for_each(|element| check_element(model, shape.element(model), element)),
        (Kind::List, Value::Object(_)) => Err(serialization_error(
            "Start of structure or map found where not expected.",
        )),
        (Kind::List, _) => Err(serialization_error("Expected list or null")),
        (Kind::String, Value::String(_)) | (Kind::Boolean, Value::Bool(_)) => Ok(()),
        (Kind::String, _) => Err(conversion_error(value, "String")),
        (Kind::Boolean, _) => Err(conversion_error(value, "Boolean")),
        (Kind::Integer | Kind::Long, Value::Number(number)) if number.is_i64() => Ok(()),
        (Kind::Integer, _) => Err(conversion_error(value, "Integer")),
        (Kind::Long, _) => Err(conversion_error(value, "Long")),
        (Kind::Blob, Value::String(text)) => match BASE64_STANDARD.decode(text) {
            Ok(_) => Ok(()),
            // [ASSUME]
            Err(_) => Err(serialization_error("Invalid base64 in blob")),
        },
        (Kind::Blob, _) => Err(conversion_error(value, "ByteBuffer")),
    }
}

/// Checks the type of an element of a list. A null passes here: it violates a constraint instead.
fn check_element(model: &Model, shape: &Shape, element: &Value) -> Result<(), ApiError> {
    match element {
        Value::Null => Ok(()),
        element => check_type(model, shape, element),
    }
}

fn conversion_error(value: &Value, kind: &str) -> ApiError {
    let found = match value {
        Value::Object(_) => {
            return serialization_error("Start of structure or map found where not expected");
        }
        Value::Array(_) => {
            return serialization_error(&format!(
                "Unrecognized collection type class java.lang.{kind}"
            ));
        }
        Value::Null => "NULL_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(number) if number.is_f64() => "DECIMAL_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
    };
    serialization_error(&format!("{found} cannot be converted to {kind}"))
}

fn serialization_error(message: &str) -> ApiError {
    ApiError::Serialization(message.to_owned())
}

/// Checks that all required members are present, and then the constraints of those that are present.
///
/// The message about a nested member names the outermost member. `[ASSUME]`
fn constrain_members(
    model: &Model,
    shape: &Shape,
    members: &Map<String, Value>,
    outermost: Option<&str>,
) -> Result<(), ApiError> {
    let is_present = |name: &String| members.get(name).is_some_and(|value| !value.is_null());
    if let Some(missing) = shape.required.iter().find(|name| !is_present(name)) {
        // [ASSUME]
        let constraint = Constraint::Null.of_member("");
        return Err(invalid(outermost.unwrap_or(missing), &constraint));
    }
    for (name, member) in &shape.members {
        let Some(value) = members.get(name).filter(|value| !value.is_null()) else {
            continue;
        };
        let at = outermost.unwrap_or(name);
        let shape = model.shape(member);
        match value {
            Value::Object(members) => constrain_members(model, shape, members, Some(at))?,
            Value::Array(elements) => constrain_list(model, shape, elements, at)?,
            value => {
                if let Some(constraint) = violated(shape, value) {
                    return Err(invalid(at, &constraint.of_member(member)));
                }
            }
        }
    }
    Ok(())
}

fn constrain_list(
    model: &Model,
    shape: &Shape,
    elements: &[Value],
    at: &str,
) -> Result<(), ApiError> {
    let n_elements = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    if let Some(bound) = out_of_bounds(shape, n_elements) {
        return Err(invalid(at, &format!("Member must have length {bound}")));
    }
    let element_shape = shape.element(model);
    for element in elements {
        if let Value::Object(members) = element {
            constrain_members(model, element_shape, members, Some(at))?;
        } else if let Some(constraint) = violated_by_element(element_shape, element) {
            return Err(invalid(at, &constraint.of_element()));
        }
    }
    Ok(())
}

/// Returns the constraint that an element of a list violates. A null violates the same constraint as an empty text, or otherwise
/// [`Constraint::Null`]. `[ASSUME]`
fn violated_by_element<'a>(shape: &'a Shape, element: &Value) -> Option<Constraint<'a>> {
    if element.is_null() {
        let empty = Value::String(String::new());
        return violated(shape, &empty).or(Some(Constraint::Null));
    }
    violated(shape, element)
}

/// A constraint that a value violates. A text is the bound, such as `less than or equal to 1000`.
enum Constraint<'a> {
    Null,
    Length(String),
    Value(String),
    Pattern(&'a str),
    Enum(&'a [String]),
}

/// Returns the first constraint that a value violates.
fn violated<'a>(shape: &'a Shape, value: &Value) -> Option<Constraint<'a>> {
    match (shape.kind, value) {
        (Kind::Blob, Value::String(text)) => {
            let length = BASE64_STANDARD.decode(text).map_or(0, |bytes| bytes.len());
            let length = i64::try_from(length).unwrap_or(i64::MAX);
            out_of_bounds(shape, length).map(Constraint::Length)
        }
        (_, Value::String(text)) => {
            let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            if let Some(bound) = out_of_bounds(shape, length) {
                return Some(Constraint::Length(bound));
            }
            if !shape.values.is_empty() && !shape.values.contains(text) {
                return Some(Constraint::Enum(&shape.values));
            }
            shape.violated_pattern(text).map(Constraint::Pattern)
        }
        (_, Value::Number(number)) => out_of_bounds(shape, number.as_i64()?).map(Constraint::Value),
        _ => None,
    }
}

fn out_of_bounds(shape: &Shape, number: i64) -> Option<String> {
    match (shape.min, shape.max) {
        (Some(min), _) if number < min => Some(format!("greater than or equal to {min}")),
        (_, Some(max)) if number > max => Some(format!("less than or equal to {max}")),
        _ => None,
    }
}

impl Constraint<'_> {
    /// Returns the message about a member. ECR formats the messages about texts itself. Those about numbers and enums come from AWS's
    /// service framework.
    ///
    /// Sources: int128/create-ecr-repository-action#231 (pattern), aws/aws-dotnet-deploy#549 (length),
    /// google/go-containerregistry#681 (value), aws-controllers-k8s/community#172 (enum of two values, sorted).
    fn of_member(&self, shape: &str) -> String {
        match self {
            Constraint::Null => "must not be null".to_owned(),
            Constraint::Length(bound) => format!("must have length {bound}"),
            Constraint::Value(bound) => format!("Member must have value {bound}"),
            Constraint::Pattern(_) if shape == "RepositoryName" => {
                format!("must satisfy regular expression '{REPOSITORY_NAME}'")
            }
            Constraint::Pattern(pattern) => format!("must satisfy regular expression '{pattern}'"),
            Constraint::Enum(values) => {
                let mut values = values.to_vec();
                values.sort_unstable();
                format!(
                    "Member must satisfy enum value set: [{}]",
                    values.join(", ")
                )
            }
        }
    }

    /// Returns the message about an element of a list, in the format of AWS's service framework. Source:
    /// aws-actions/amazon-ecr-login#225 (2021).
    fn of_element(&self) -> String {
        let constraint = match self {
            Constraint::Null => "Member must not be null".to_owned(),
            Constraint::Length(bound) => format!("Member must have length {bound}"),
            Constraint::Value(bound) => format!("Member must have value {bound}"),
            Constraint::Pattern(pattern) => {
                format!("Member must satisfy regular expression pattern: {pattern}")
            }
            Constraint::Enum(values) => format!(
                "Member must satisfy enum value set: [{}]",
                values.join(", ")
            ),
        };
        format!("Member must satisfy constraint: [{constraint}]")
    }
}

/// The constraint of a shape that a value violates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ViolatedConstraint(String);

/// Checks a text against a shape.
pub(crate) fn check_text(model: &Model, shape: &str, text: &str) -> Result<(), ViolatedConstraint> {
    let text = Value::String(text.to_owned());
    match violated(model.shape(shape), &text) {
        Some(constraint) => Err(ViolatedConstraint(constraint.of_member(shape))),
        None => Ok(()),
    }
}

/// Checks the number of the elements of a list against a shape.
pub(crate) fn check_length(
    model: &Model,
    shape: &str,
    length: usize,
) -> Result<(), ViolatedConstraint> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    match out_of_bounds(model.shape(shape), length) {
        Some(bound) => Err(ViolatedConstraint(format!("must have length {bound}"))),
        None => Ok(()),
    }
}

/// The pattern of repository names in ECR's messages. It is older than the pattern in the service model. Sources:
/// int128/create-ecr-repository-action#231, boto/boto3#3191.
const REPOSITORY_NAME: &str = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*";

/// Returns the error for a parameter that violates a constraint.
pub(crate) fn invalid(parameter: &str, constraint: &str) -> ApiError {
    ApiError::InvalidParameter(format!(
        "Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'"
    ))
}

#[cfg(test)]
mod tests;
