//! `/_mock/openapi.json`, held against what it describes.

use mock_ecr::MockEcr;
use mock_ecr::config::AuthorityLocation;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::answer::Answer;
use crate::control::schema::check;
use crate::control::{ask, is_rejected, post, told};
use crate::raw::{RawRequest, entry, frozen};

async fn document() -> Value {
    told(&ask("GET", "openapi.json"), &frozen().await).await
}

/// Method, path and description of everything that the document has.
fn operations(document: &Value) -> Vec<(&'static str, String, &Value)> {
    let methods = [("get", "GET"), ("post", "POST"), ("delete", "DELETE")];
    let paths = document["paths"].as_object().unwrap().iter();
    let all: Vec<_> = paths
        .flat_map(|(path, operations)| {
            let operations = operations.as_object().unwrap().iter();
            operations.map(move |(name, operation)| {
                let (_, method) = methods.into_iter().find(|(one, _)| one == name).unwrap();
                (method, path.clone(), operation)
            })
        })
        .collect();
    assert!(all.len() > 15);
    all
}

#[tokio::test]
async fn it_is_openapi_3_1_and_says_of_each_operation_what_it_does() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let mut ids = Vec::new();
    for (method, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(!ids.contains(&id), "{id} twice");
        ids.push(id);
        assert!(
            operation["summary"].as_str().unwrap().ends_with('.'),
            "{method} {path}"
        );
        for parameter in operation["parameters"].as_array().unwrap() {
            assert!(parameter.get("example").is_some(), "{path}: {parameter}");
            check(&document, &parameter["schema"], &parameter["example"]).unwrap();
        }
        assert_eq!(
            operation.get("requestBody").is_some(),
            method == "POST",
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_example_of_a_body_is_as_described_and_is_taken() {
    let document = document().await;
    let mut bodies = 0;
    for (_, path, operation) in operations(&document) {
        let Some(body) = operation.pointer("/requestBody/content/application~1json") else {
            continue;
        };
        check(&document, &body["schema"], &body["example"]).unwrap();
        let resource = path.strip_prefix("/_mock/").unwrap();
        let answer = post(resource, &body["example"].to_string()).answer().await;
        is_described(&document, operation, &answer, &path);
        bodies += 1;
    }
    assert!(bodies > 6);
}

#[tokio::test]
async fn every_route_answers_as_described_and_takes_every_parameter() {
    let document = document().await;
    let ecr = MockEcr::builder().frozen().tls(AuthorityLocation::Memory);
    let ecr = ecr.start().await.unwrap();
    RawRequest::token_call().signed().to(&ecr).await;
    for (method, path, operation) in operations(&document) {
        if method == "POST" {
            continue;
        }
        for query in queries(operation, &path) {
            let request = RawRequest::new(method, format!("{path}?{query}"));
            let answer = read(&ecr, &request).await;
            is_described(&document, operation, &answer, &format!("{path}?{query}"));
        }
        RawRequest::token_call().signed().to(&ecr).await;
    }
}

/// A query without parameters, and one with the example of each.
fn queries(operation: &Value, path: &str) -> Vec<String> {
    // A wait for nothing ends at once, whatever is chosen.
    let usual = if path.ends_with("/wait") {
        "count=0"
    } else {
        ""
    };
    let parameters = operation["parameters"].as_array().unwrap().iter();
    let queries = parameters.map(|parameter| {
        let example = &parameter["example"];
        let example = example.as_str().map_or(example.to_string(), str::to_owned);
        let value = utf8_percent_encode(&example, NON_ALPHANUMERIC);
        let name = parameter["name"].as_str().unwrap();
        let rest = if name == "count" { "" } else { usual };
        format!("{name}={value}&{rest}")
    });
    std::iter::once(usual.to_owned()).chain(queries).collect()
}

/// Reads an answer, or the beginning of one that does not end.
async fn read(ecr: &MockEcr, request: &RawRequest) -> Answer {
    if !request.target().contains("/stream") {
        return request.to(ecr).await;
    }
    let begun = |answer: &[u8]| {
        let text = String::from_utf8_lossy(answer);
        text.contains(": listening").then_some(answer.len())
    };
    Answer::parse(&entry(ecr, &request.bytes(), begun).await)
}

#[track_caller]
fn is_described(document: &Value, operation: &Value, answer: &Answer, what: &str) {
    assert_eq!(answer.status(), 200, "{what}: {answer:?}");
    let content_type = answer.header("Content-Type");
    let content = operation["responses"]["200"]["content"].get(content_type);
    let content = content.unwrap_or_else(|| panic!("{what}: {content_type} is not described"));
    if content_type == "application/json" {
        let body = serde_json::from_str(&answer.body).unwrap();
        check(document, &content["schema"], &body)
            .unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

#[tokio::test]
async fn a_rejection_is_as_described() {
    let document = document().await;
    let schema = &document["components"]["schemas"]["Problem"];
    let answer = ask("GET", "requests?status=x").answer().await;
    is_rejected(&answer, 400, "BAD_QUERY", Some("status"), "");
    check(
        &document,
        schema,
        &serde_json::from_str(&answer.body).unwrap(),
    )
    .unwrap();
}
