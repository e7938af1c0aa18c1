//! For each constraint and each type in the inputs of the service model: a request that violates only this one is rejected with its message.
//!
//! The requests are generated from the model. `aws/model/validate/` of the mock has the sources of the messages. `constraints.rs` has examples
//! of them.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, Value, json};

use super::Api;
use super::input_model::{InputModel, length};

/// Members whose constraints have another response if they are violated, with the reason.
const EXCEPTIONS: [(&str, &str, &str); 1] = [(
    "UploadLayerPart",
    "layerPartBlob",
    "a request of more than 7 MiB is rejected before its input is read",
)];

#[tokio::test]
async fn every_violation_is_rejected_with_its_message() {
    let (api, model) = (Api::start().await, InputModel::read());
    let mut count = 0;
    for operation in model.operations() {
        for violation in violations(&model, operation) {
            assert_rejected(&api, operation, &violation).await;
            count += 1;
        }
    }
    assert!(count > 600, "{count} violations");
}

async fn assert_rejected(api: &Api, operation: &str, violation: &Violation) {
    let input = violation.input.to_string();
    let response = api.call(operation, &input).await;
    let body: Value = serde_json::from_str(&response.body).unwrap();
    let expected = violation.error.body(&violation.member);
    let start: String = input.chars().take(300).collect();
    assert_eq!(
        (response.status(), body),
        (400, expected),
        "{operation} {start}"
    );
}

/// An input that violates one constraint, or has one value of the wrong type.
pub(super) struct Violation {
    /// The name of the outermost member. The message about a nested member contains it.
    member: String,
    input: Value,
    pub(super) error: Error,
}

pub(super) enum Error {
    Constraint(String),
    Type(String),
}

impl Error {
    fn body(&self, member: &str) -> Value {
        match self {
            Error::Constraint(constraint) => {
                let text = format!(
                    "Invalid parameter at '{member}' failed to satisfy constraint: '{constraint}'"
                );
                json!({"__type": "InvalidParameterException", "message": text})
            }
            Error::Type(text) => json!({"__type": "SerializationException", "Message": text}),
        }
    }
}

pub(super) fn violations(model: &InputModel, operation: &str) -> Vec<Violation> {
    let shape = model.input(operation);
    let is_exception = |name: &str, error: &Error| {
        let mut exceptions = EXCEPTIONS.iter();
        let is_named = exceptions.any(|(of, member, _)| (*of, *member) == (operation, name));
        is_named && matches!(error, Error::Constraint(_))
    };
    let wrong = wrong_structures(model, shape).into_iter();
    let wrong = wrong.filter(|(member, _, error)| !is_exception(member, error));
    wrong
        .map(|(member, input, error)| Violation {
            member,
            input: Value::Object(input),
            error,
        })
        .collect()
}

/// Returns structures with one wrong member, the name of this member, and the error.
fn wrong_structures(model: &InputModel, shape: &str) -> Vec<(String, Map<String, Value>, Error)> {
    let mut found = Vec::new();
    for name in model.required(shape) {
        let mut members = model.minimal(shape);
        members.remove(name);
        let error = Error::Constraint("must not be null".to_owned());
        found.push((name.to_owned(), members, error));
    }
    for (name, member) in model.members(shape) {
        for (wrong, error) in wrong_values(model, member, Place::Member) {
            let mut members = model.minimal(shape);
            members.insert(name.to_owned(), wrong);
            found.push((name.to_owned(), members, error));
        }
    }
    found
}

/// Where a value is. ECR formats the messages about members, and the service framework of AWS those about elements.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Member,
    Element,
}

/// Returns values of a shape that each violate one constraint, and one of the wrong type, with their errors.
fn wrong_values(model: &InputModel, name: &str, place: Place) -> Vec<(Value, Error)> {
    let shape = model.shape(name);
    let kind = shape["type"].as_str().unwrap();
    let mut found = match kind {
        "string" => wrong_texts(name, shape, place),
        "blob" => wrong_blobs(shape, place),
        "boolean" => Vec::new(),
        "list" => wrong_lists(model, shape),
        "structure" => {
            let wrong = wrong_structures(model, name).into_iter();
            wrong
                .map(|(_, members, error)| (Value::Object(members), error))
                .collect()
        }
        _ => wrong_numbers(shape),
    };
    let number_as = |class: &str| format!("NUMBER_VALUE cannot be converted to {class}");
    let text_as = |class: &str| format!("STRING_VALUE cannot be converted to {class}");
    let (wrong, text) = match kind {
        "string" => (json!(1), number_as("String")),
        "blob" => (json!(1), number_as("ByteBuffer")),
        "boolean" => (json!(1), number_as("Boolean")),
        "list" => (json!("a"), "Expected list or null".to_owned()),
        "structure" => (json!(1), "Unexpected field type".to_owned()),
        "long" => (json!("1"), text_as("Long")),
        _ => (json!("1"), text_as("Integer")),
    };
    found.push((wrong, Error::Type(text)));
    found
}

/// Returns bytes in base64.
fn wrong_blobs(shape: &Value, place: Place) -> Vec<(Value, Error)> {
    let lengths = wrong_lengths(shape).into_iter();
    let blob = |(length, bound)| {
        let constraint = in_place(place, &format!("have length {bound}"));
        let blob = BASE64_STANDARD.encode(vec![0; length]);
        (json!(blob), Error::Constraint(constraint))
    };
    lengths.map(blob).collect()
}

fn wrong_texts(name: &str, shape: &Value, place: Place) -> Vec<(Value, Error)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (length, bound) in wrong_lengths(shape) {
        let constraint = format!("have length {bound}");
        found.push(("a".repeat(length), in_place(place, &constraint)));
    }
    if let Some(values) = shape["enum"].as_array() {
        let constraint = enum_constraint(values, place);
        found.push(("NONE".to_owned(), constraint));
    }
    if let Some(pattern) = shape["pattern"].as_str() {
        let min = length(shape, "min").unwrap_or(0);
        let constraint = pattern_constraint(name, pattern, place);
        found.push(("~".repeat(min.max(3)), constraint));
    }
    let pair = |(text, constraint)| (json!(text), Error::Constraint(constraint));
    found.into_iter().map(pair).collect()
}

/// Returns lengths that are out of the bounds of a text or a list, and the texts about the bounds.
fn wrong_lengths(shape: &Value) -> Vec<(usize, String)> {
    let (min, max) = (length(shape, "min"), length(shape, "max"));
    let below = min.and_then(|min| {
        Some((
            min.checked_sub(1)?,
            format!("greater than or equal to {min}"),
        ))
    });
    let above = max.map(|max| (max + 1, format!("less than or equal to {max}")));
    below.into_iter().chain(above).collect()
}

fn wrong_numbers(shape: &Value) -> Vec<(Value, Error)> {
    let bound = |number: i64, text: &str, bound: i64| {
        let constraint = format!("Member must have value {text} than or equal to {bound}");
        (json!(number), Error::Constraint(constraint))
    };
    let below = shape["min"].as_i64();
    let below = below.map(|min| bound(min - 1, "greater", min));
    let above = shape["max"].as_i64();
    let above = above.map(|max| bound(max + 1, "less", max));
    below.into_iter().chain(above).collect()
}

fn wrong_lists(model: &InputModel, shape: &Value) -> Vec<(Value, Error)> {
    let name = shape["member"].as_str().unwrap();
    let element = model.valid(name);
    let mut found = Vec::new();
    for (length, bound) in wrong_lengths(shape) {
        let constraint = format!("Member must have length {bound}");
        found.push((json!(vec![&element; length]), Error::Constraint(constraint)));
    }
    for (wrong, error) in wrong_values(model, name, Place::Element) {
        found.push((json!([wrong]), error));
    }
    let constraint = null_element(name, model.shape(name));
    found.push((json!([null]), Error::Constraint(constraint)));
    found
}

/// Returns the constraint that a null in a list violates: that of an empty text, if there is one.
fn null_element(name: &str, shape: &Value) -> String {
    if let Some(min @ 1..) = length(shape, "min") {
        let bound = format!("have length greater than or equal to {min}");
        return in_place(Place::Element, &bound);
    }
    if let Some(values) = shape["enum"].as_array() {
        return enum_constraint(values, Place::Element);
    }
    match shape["pattern"].as_str() {
        Some(pattern) => pattern_constraint(name, pattern, Place::Element),
        None => in_place(Place::Element, "not be null"),
    }
}

fn in_place(place: Place, constraint: &str) -> String {
    match place {
        Place::Member => format!("must {constraint}"),
        Place::Element => format!("Member must satisfy constraint: [Member must {constraint}]"),
    }
}

/// The message about a member has the values in alphabetical order.
fn enum_constraint(values: &[Value], place: Place) -> String {
    let mut values: Vec<_> = values.iter().map(|value| value.as_str().unwrap()).collect();
    if place == Place::Member {
        values.sort_unstable();
    }
    let constraint = format!(
        "Member must satisfy enum value set: [{}]",
        values.join(", ")
    );
    match place {
        Place::Member => constraint,
        Place::Element => format!("Member must satisfy constraint: [{constraint}]"),
    }
}

/// The pattern of a repository name in the message about a member is not that of the model.
fn pattern_constraint(name: &str, pattern: &str, place: Place) -> String {
    const NAME: &str = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*";
    match place {
        Place::Member if name == "RepositoryName" => {
            format!("must satisfy regular expression '{NAME}'")
        }
        Place::Member => format!("must satisfy regular expression '{pattern}'"),
        Place::Element => {
            let constraint = format!("satisfy regular expression pattern: {pattern}");
            in_place(place, &constraint)
        }
    }
}
