//! The exceptions that the service model declares for each operation: each is returned for a request of a test, or is listed as unreachable
//! with the reason in `fixtures/exceptions/unreachable.json`. The page of the operations contains that list.

mod cases;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::cases::{Case, Cases, LIFECYCLE_POLICY};
use super::Api;
use super::input_model::InputModel;
use super::violations::{Error, violations};

/// An exception and an operation that declares it.
type Pair = (String, String);

fn pair(exception: &str, operation: &str) -> Pair {
    (exception.to_owned(), operation.to_owned())
}

#[test]
fn every_exception_of_an_operation_is_produced_or_unreachable() {
    let mut found = BTreeSet::new();
    for pair in produced().into_iter().chain(unreachable()) {
        let text = format!("{pair:?} is listed twice, or is produced although it is listed");
        assert!(found.insert(pair), "{text}");
    }
    let declared = declared();
    let missing: Vec<_> = declared.difference(&found).collect();
    assert!(
        missing.is_empty(),
        "neither produced nor unreachable: {missing:?}"
    );
    // The model does not declare this exception for each operation with constraints.
    let is_other = |(exception, _): &&Pair| exception != "InvalidParameterException";
    let undeclared: Vec<_> = found.difference(&declared).filter(is_other).collect();
    assert!(undeclared.is_empty(), "not in the model: {undeclared:?}");
}

/// Returns the pairs for which a test of this file or of `violations.rs` sends a request.
fn produced() -> Vec<Pair> {
    let (model, cases) = (InputModel::read(), Cases::read());
    let of_case = |case: &Case| pair(&case.error, &case.call);
    let mut found: Vec<_> = cases.cases.iter().map(of_case).collect();
    for operation in model.operations() {
        found.push(pair("ServerException", operation));
        if has_constraint(&model, operation) {
            found.push(pair("InvalidParameterException", operation));
        }
        if without_repository(&model, &cases, operation).is_some() {
            found.push(pair("RepositoryNotFoundException", operation));
        }
    }
    found
}

#[tokio::test]
async fn each_case_produces_its_exception() {
    let cases = Cases::read();
    for case in &cases.cases {
        match &case.test {
            Some((file, test)) => assert_has_test(file, test),
            None => {
                let code = cases.code_of(case).await;
                assert_eq!(code, case.error, "{}", case.call);
            }
        }
    }
}

#[tokio::test]
async fn each_operation_on_a_repository_reports_one_that_does_not_exist() {
    let (api, model, cases) = (Api::start().await, InputModel::read(), Cases::read());
    let mut count = 0;
    for operation in model.operations() {
        if let Some(input) = without_repository(&model, &cases, operation) {
            let body = api.call(operation, &input.to_string()).await.body;
            let code = r#"{"__type":"RepositoryNotFoundException","#;
            assert!(body.starts_with(code), "{operation} {input}: {body}");
            count += 1;
        }
    }
    assert!(count > 25, "{count} operations have a repository");
}

#[tokio::test]
async fn a_fault_returns_a_server_exception_for_each_operation() {
    let api = Api::start().await;
    crate::faults::set(&api.0, "action = { error = 'ServerException' }");
    for operation in InputModel::read().operations() {
        let response = api.call(operation, "{}").await;
        let code = r#""__type":"ServerException""#;
        assert!(
            response.body.contains(code),
            "{operation}: {}",
            response.body
        );
        assert_eq!(response.status(), 500, "{operation}");
    }
}

#[track_caller]
fn assert_has_test(file: &str, test: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(file);
    let text = fs::read_to_string(path).unwrap();
    let has_test = text.contains(&format!("fn {test}("));
    assert!(has_test, "{file} has no test {test}");
}

/// Returns whether an input can violate a constraint. The test of the violations sends it.
fn has_constraint(model: &InputModel, operation: &str) -> bool {
    let mut violations = violations(model, operation).into_iter();
    violations.any(|one| matches!(one.error, Error::Constraint(_)))
}

/// Returns the input of an operation on a repository, with the name of a repository that does not exist, unless there is a case.
fn without_repository(model: &InputModel, cases: &Cases, operation: &str) -> Option<Value> {
    let error = "RepositoryNotFoundException";
    let is_case = |case: &Case| case.error == error && case.call == operation;
    if cases.cases.iter().any(is_case) {
        return None;
    }
    let mut input = model.minimal(model.input(operation));
    if !input.contains_key("repositoryName") && !input.contains_key("resourceArn") {
        return None;
    }
    for (name, value) in members_without_repository() {
        if input.contains_key(&name) {
            input.insert(name, value);
        }
    }
    match operation {
        "CreateRepository" => None,
        _ => Some(Value::Object(input)),
    }
}

/// Values of members that are valid beyond the constraints of the model.
fn members_without_repository() -> Map<String, Value> {
    let tag = json!({"imageTag": "1.0"});
    let policy = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"ecr:*"}}"#;
    let members = json!({
        "repositoryName": "no/such",
        "resourceArn": "arn:aws:ecr:us-east-1:123456789012:repository/no/such",
        "imageId": tag, "imageIds": [tag], "layerDigests": [super::HELLO], "partLastByte": 4,
        "subjectId": {"imageDigest": super::HELLO},
        "policyText": policy, "lifecyclePolicyText": LIFECYCLE_POLICY,
    });
    serde_json::from_value(members).unwrap()
}

fn declared() -> BTreeSet<Pair> {
    #[derive(Deserialize)]
    struct Declared {
        operations: BTreeMap<String, Vec<String>>,
    }
    let text = include_str!("../../../../fixtures/exceptions/operations.json");
    let declared: Declared = serde_json::from_str(text).unwrap();
    let operations = declared.operations.iter();
    operations
        .flat_map(|(operation, all)| all.iter().map(|exception| pair(exception, operation)))
        .collect()
}

#[derive(Deserialize)]
struct Unreachable {
    exception: String,
    operations: Vec<String>,
    reason: String,
}

fn unreachable() -> Vec<Pair> {
    let text = include_str!("../../../../fixtures/exceptions/unreachable.json");
    let list: Vec<Unreachable> = serde_json::from_str(text).unwrap();
    let pairs = |one: Unreachable| {
        let reason = one.reason;
        assert!(reason.ends_with('.'), "{reason:?} is not a sentence");
        let operations = one.operations.into_iter();
        operations.map(move |operation| (one.exception.clone(), operation))
    };
    list.into_iter().flat_map(pairs).collect()
}
