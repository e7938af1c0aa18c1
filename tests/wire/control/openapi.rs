//! `/_mock/openapi.json`, compared with the API that it describes.

use mock_ecr::MockEcr;
use mock_ecr::config::CaLocation;
use mock_ecr::repository::Image;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::control::schema::check;
use crate::control::{assert_rejected, control_request, fetch_json, post};
use crate::raw::{RawRequest, frozen_mock, send_bytes};
use crate::response::Response;

async fn document() -> Value {
    fetch_json(
        &control_request("GET", "openapi.json"),
        &frozen_mock().await,
    )
    .await
}

/// Returns the method, path and description of each operation of the document.
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
async fn the_document_is_openapi_3_1_with_a_summary_of_each_operation() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let mut ids = Vec::new();
    for (method, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(!ids.contains(&id), "duplicate operationId {id}");
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
async fn every_example_of_a_body_is_valid_and_accepted() {
    let document = document().await;
    let mut bodies = 0;
    let image = Image::new().layer("a layer").tag("1.0");
    for (_, path, operation) in operations(&document) {
        let Some(body) = operation.pointer("/requestBody/content/application~1json") else {
            continue;
        };
        check(&document, &body["schema"], &body["example"]).unwrap();
        let resource = path.strip_prefix("/_mock/").unwrap();
        // The image in the example of `scan-results`.
        let ecr = MockEcr::builder().frozen().image("team/app", image.clone());
        let ecr = ecr.start().await.unwrap();
        let response = post(resource, &body["example"].to_string()).to(&ecr).await;
        assert_described(&document, operation, &response, &path);
        bodies += 1;
    }
    assert!(bodies > 6);
}

#[tokio::test]
async fn every_route_responds_as_described_and_accepts_every_parameter() {
    let document = document().await;
    let ecr = MockEcr::builder().frozen().tls(CaLocation::Memory);
    let ecr = ecr.start().await.unwrap();
    // The example of the parameter `repository`.
    let image = Image::new().layer("a layer").tag("1.0");
    let digest = ecr.repository("team/app").push(image).await.unwrap();
    RawRequest::token_call().signed().to(&ecr).await;
    for (method, path, operation) in operations(&document) {
        if method == "POST" {
            continue;
        }
        for query in queries(operation, &path, digest.as_str()) {
            let request = RawRequest::new(method, format!("{path}?{query}"));
            let response = read(&ecr, &request).await;
            assert_described(&document, operation, &response, &format!("{path}?{query}"));
        }
        RawRequest::token_call().signed().to(&ecr).await;
    }
}

/// Returns a query with the required parameters only, and one with the example of each other parameter. `digest` is that of an image.
fn queries(operation: &Value, path: &str, digest: &str) -> Vec<String> {
    let parameters = operation["parameters"].as_array().unwrap();
    let text = |parameter: &Value| {
        let (name, example) = (parameter["name"].as_str().unwrap(), &parameter["example"]);
        let example = match name {
            "digest" => digest.to_owned(),
            _ => example.as_str().map_or(example.to_string(), str::to_owned),
        };
        let value = utf8_percent_encode(&example, NON_ALPHANUMERIC);
        format!("{name}={value}&")
    };
    let (required, optional): (Vec<_>, Vec<_>) =
        parameters.iter().partition(|one| one["required"] == true);
    let mut usual: String = required.into_iter().map(text).collect();
    if path.ends_with("/wait") {
        // A wait for 0 requests returns immediately with any filter.
        usual += "count=0&";
    }
    let queries = optional.into_iter().map(|parameter| match text(parameter) {
        count if count.starts_with("count=") => count,
        other => usual.clone() + &other,
    });
    let queries: Vec<_> = queries.collect();
    std::iter::once(usual).chain(queries).collect()
}

/// Reads a response, or the start of a stream.
async fn read(ecr: &MockEcr, request: &RawRequest) -> Response {
    let target = request.target();
    if !target.contains("/stream") && !target.contains("/events") {
        return request.to(ecr).await;
    }
    let has_begun = |response: &[u8]| {
        let text = String::from_utf8_lossy(response);
        let has_begun = text.contains(": listening") || text.contains("event: hello");
        has_begun.then_some(response.len())
    };
    Response::parse(&send_bytes(ecr, &request.bytes(), has_begun).await)
}

#[track_caller]
fn assert_described(document: &Value, operation: &Value, response: &Response, context: &str) {
    assert_eq!(response.status(), 200, "{context}: {response:?}");
    let content_type = response.header("Content-Type");
    let content = operation["responses"]["200"]["content"].get(content_type);
    let content =
        content.unwrap_or_else(|| panic!("{context}: {content_type} is not in the document"));
    if content_type == "application/json" {
        let body = serde_json::from_str(&response.body).unwrap();
        check(document, &content["schema"], &body)
            .unwrap_or_else(|error| panic!("{context}: {error}"));
    }
}

#[tokio::test]
async fn an_error_response_is_valid() {
    let document = document().await;
    let schema = &document["components"]["schemas"]["Problem"];
    let response = control_request("GET", "requests?status=x").response().await;
    assert_rejected(&response, 400, "BAD_QUERY", Some("status"), "");
    check(
        &document,
        schema,
        &serde_json::from_str(&response.body).unwrap(),
    )
    .unwrap();
}
