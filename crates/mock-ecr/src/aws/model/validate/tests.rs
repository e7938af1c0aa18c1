//! For every constraint of the model: inputs that violate it are rejected, and inputs that satisfy it are accepted.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::aws::error::ApiError;
use crate::aws::model::shapes::{Kind, Model, Shape};
use crate::aws::model::validate::Input;
use crate::aws::service::AwsService;
use crate::types::RepositoryName;

fn model() -> &'static Model {
    Model::of(AwsService::Ecr)
}

fn read(operation: &str, input: Value) -> Result<Value, ApiError> {
    let Value::Object(members) = input else {
        panic!("an input is an object");
    };
    Input(members).read(model(), operation)
}

/// Sample texts: at least one of them matches each pattern of the model.
const TEXTS: [&str; 6] = [
    "app",
    "123456789012",
    "sha256:0a",
    "a061e3d2-891b-44f9-9472-4e969e1d74aa",
    "arn:aws:iam::123456789012:role/app",
    "arn:aws:signer:us-west-2:123456789012:/signing-profiles/app",
];

/// Returns a value that satisfies all constraints of a shape.
fn valid_value(shape: &Shape) -> Value {
    match shape.kind {
        Kind::Structure => Value::Object(required(shape)),
        Kind::List => json!([valid_value(shape.element(model()))]),
        Kind::String if !shape.values.is_empty() => json!(shape.values[0]),
        Kind::String => json!(matching_text(shape)),
        Kind::Blob => json!("aGVsbG8="),
        Kind::Boolean => json!(true),
        Kind::Integer | Kind::Long => json!(shape.min.unwrap_or(0)),
    }
}

fn matching_text(shape: &Shape) -> String {
    let min = usize::try_from(shape.min.unwrap_or(0)).unwrap();
    let texts = TEXTS.map(str::to_owned).into_iter();
    texts
        .chain(["a".repeat(min)])
        .find(|text| text.len() >= min && shape.violated_pattern(text).is_none())
        .unwrap_or_else(|| panic!("no text of TEXTS matches {shape:?}"))
}

fn required(shape: &Shape) -> Map<String, Value> {
    let member = |name: &String| {
        let member = model().shape(&shape.members[name]);
        (name.clone(), valid_value(member))
    };
    shape.required.iter().map(member).collect()
}

/// Returns values that each violate one constraint of a shape.
fn invalid_values(shape: &Shape) -> Vec<Value> {
    let text = |length: i64| "a".repeat(usize::try_from(length).unwrap());
    let positive_min = shape.min.filter(|min| *min > 0);
    let mut values = Vec::new();
    match shape.kind {
        Kind::String => {
            values.extend(positive_min.map(|min| json!(text(min - 1))));
            values.extend(shape.max.map(|max| json!(text(max + 1))));
            if !shape.values.is_empty() {
                values.push(json!("NONE"));
            }
            if shape.violated_pattern("~~~").is_some() {
                values.push(json!("~~~"));
            }
        }
        Kind::List => {
            let element = valid_value(shape.element(model()));
            let list = |length: i64| json!(vec![&element; usize::try_from(length).unwrap()]);
            values.extend(positive_min.map(|min| list(min - 1)));
            values.extend(shape.max.map(|max| list(max + 1)));
            values.push(json!([null]));
            values.extend(
                invalid_values(shape.element(model()))
                    .into_iter()
                    .map(|wrong| json!([wrong])),
            );
        }
        Kind::Integer | Kind::Long => {
            values.extend(shape.min.map(|min| json!(min - 1)));
            values.extend(shape.max.map(|max| json!(max + 1)));
        }
        Kind::Structure => values.extend(invalid_structures(shape)),
        Kind::Blob | Kind::Boolean => {}
    }
    values
}

/// Returns structures in which one member is missing or violates a constraint.
fn invalid_structures(shape: &Shape) -> Vec<Value> {
    let mut values = Vec::new();
    for name in &shape.required {
        let mut members = required(shape);
        members.remove(name);
        values.push(Value::Object(members));
    }
    for (name, member) in &shape.members {
        for wrong in invalid_values(model().shape(member)) {
            let mut members = required(shape);
            members.insert(name.clone(), wrong);
            values.push(Value::Object(members));
        }
    }
    values
}

#[test]
fn every_violated_constraint_of_every_operation_is_rejected() {
    let mut n_rejected = 0;
    for operation in model().operations() {
        let shape = model().input(operation);
        let minimal = Value::Object(required(shape));
        assert_eq!(read(operation, minimal.clone()), Ok(minimal), "{operation}");
        for wrong in invalid_structures(shape) {
            let rejected = read(operation, wrong.clone());
            assert!(
                matches!(rejected, Err(ApiError::InvalidParameter(_))),
                "{operation} {wrong}: {rejected:?}"
            );
            n_rejected += 1;
        }
    }
    assert_eq!(n_rejected, 492, "number of constraints in the model");
}

#[track_caller]
fn assert_message(operation: &str, input: Value, message: &str) {
    let error = read(operation, input).unwrap_err();
    assert_eq!(error, ApiError::InvalidParameter(message.to_owned()));
}

#[test]
fn messages_about_constraints_equal_the_recorded_ones() {
    // int128/create-ecr-repository-action#231, boto/boto3#3191.
    assert_message(
        "CreateRepository",
        json!({"repositoryName": "Team/App"}),
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''",
    );
    // aws/aws-dotnet-deploy#549.
    assert_message(
        "CreateRepository",
        json!({"repositoryName": "a"}),
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must have length greater than or equal to 2'",
    );
    // google/go-containerregistry#681.
    assert_message(
        "ListImages",
        json!({"repositoryName": "app", "maxResults": 1001}),
        "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'",
    );
    // [ASSUME]
    assert_message(
        "CreateRepository",
        json!({}),
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must not be null'",
    );
}

#[test]
fn types_are_checked_before_constraints() {
    for (name, value, message) in [
        (
            "repositoryName",
            json!(1),
            "NUMBER_VALUE cannot be converted to String",
        ),
        (
            "imageScanningConfiguration",
            json!(1),
            "Unexpected field type",
        ),
        (
            "imageScanningConfiguration",
            json!({"scanOnPush": "yes"}),
            "STRING_VALUE cannot be converted to Boolean",
        ),
        ("tags", json!("a"), "Expected list or null"),
        (
            "tags",
            json!([{"Key": []}]),
            "Unrecognized collection type class java.lang.String",
        ),
    ] {
        let mut input = json!({"registryId": "x"});
        input[name] = value;
        let error = read("CreateRepository", input).unwrap_err();
        assert_eq!(error, ApiError::Serialization(message.to_owned()));
    }
    let part = json!({"layerPartBlob": "%%%"});
    let error = read("UploadLayerPart", part).unwrap_err();
    assert!(matches!(error, ApiError::Serialization(_)), "{error:?}");
}

proptest! {
    /// A name that only one of the two accepts would get a message other than ECR's.
    #[test]
    fn the_model_and_repository_name_accept_the_same_names(name in "[a-z0-9]{0,2}([._/-]{1,3}[a-z0-9A]{0,2}){0,3}") {
        let input = json!({"repositoryName": name});
        prop_assert_eq!(read("DeleteRepository", input).is_ok(), name.parse::<RepositoryName>().is_ok());
    }
}

/// The feature `arbitrary_precision` of `serde_json`, which another crate of the build can enable, must not change these results.
#[test]
fn numbers_of_more_than_64_bits_are_decimal() {
    for number in ["18446744073709551616", "1e2", "-0"] {
        let body = format!("{{\"maxResults\":{number}}}");
        let input = Input::parse(body.as_bytes()).unwrap();
        let error = input.read::<Value>(model(), "DescribeImages").unwrap_err();
        let expected = "DECIMAL_VALUE cannot be converted to Integer";
        assert!(matches!(error, ApiError::Serialization(text) if text == expected));
    }
    assert!(Input::parse(b"{\"maxResults\":1e400}").is_none());
}
