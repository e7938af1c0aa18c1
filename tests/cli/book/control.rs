//! The routes on the page of the control API come from the OpenAPI document.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::book::page::Page;
use crate::book::schema::{Schemas, escaped, reachable};

#[test]
fn the_routes_are_those_of_the_openapi_document() {
    let schemas = Schemas::read().with_faults_elsewhere();
    let filters = filters(&schemas);
    let (mut routes, mut bodies_of_routes) = (String::new(), Vec::new());
    for (heading, operation) in operations(&schemas) {
        routes += &route(&schemas, &heading, operation, &filters);
        bodies_of_routes.extend(bodies(operation));
    }
    let mut page = Page::read("reference/control-api.md");
    page.check_region("filters", &parameter_table(&schemas, &filters));
    page.check_region("routes", &routes);
    page.check_region("types", &types(&schemas, &bodies_of_routes));
}

fn operations(schemas: &Schemas) -> impl Iterator<Item = (String, &Value)> {
    let paths = schemas.document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, operations)| {
        let operations: &Map<String, Value> = operations.as_object().unwrap();
        operations.iter().map(move |(method, operation)| {
            (format!("{} {path}", method.to_uppercase()), operation)
        })
    })
}

/// Returns the filter parameters, which several routes share.
fn filters(schemas: &Schemas) -> Vec<&Value> {
    let lists = operations(schemas).map(|(_, operation)| parameters(operation));
    let lists = lists.filter(|list| {
        list.iter()
            .any(|parameter| parameter["name"] == "operation")
    });
    let shortest = lists.min_by_key(Vec::len);
    shortest.unwrap()
}

fn parameters(operation: &Value) -> Vec<&Value> {
    operation["parameters"].as_array().unwrap().iter().collect()
}

fn route(schemas: &Schemas, heading: &str, operation: &Value, filters: &[&Value]) -> String {
    let mut text = format!(
        "### `{heading}`\n\n{}\n\n",
        operation["summary"].as_str().unwrap()
    );
    let mut parameters = parameters(operation);
    if filters.iter().all(|filter| parameters.contains(filter)) {
        parameters.retain(|parameter| !filters.contains(parameter));
        text += "Parameters: the [filters](#filters).\n\n";
    }
    if !parameters.is_empty() {
        text += &(parameter_table(schemas, &parameters) + "\n");
    }
    if let Some(body) = operation.pointer("/requestBody/content/application~1json") {
        let kind = schemas.type_of(&body["schema"]);
        writeln!(
            text,
            "Request body: {kind}, for example `{}`.\n",
            body["example"]
        )
        .unwrap();
    }
    writeln!(text, "Response body: {}.\n", response(schemas, operation)).unwrap();
    text
}

fn parameter_table(schemas: &Schemas, parameters: &[&Value]) -> String {
    let mut text = "| Parameter | Type | Example | Meaning |\n|---|---|---|---|\n".to_owned();
    for parameter in parameters {
        let [name, meaning] =
            ["name", "description"].map(|key| parameter[key].as_str().unwrap_or_default());
        let kind = schemas.type_of(&parameter["schema"]);
        let example = match &parameter["example"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        writeln!(
            text,
            "| `{name}` | {kind} | `{example}` | {} |",
            escaped(meaning)
        )
        .unwrap();
    }
    text
}

fn response(schemas: &Schemas, operation: &Value) -> String {
    let content = operation["responses"]["200"]["content"]
        .as_object()
        .unwrap();
    let (media_type, content) = content.iter().next().unwrap();
    match media_type.as_str() {
        "application/json" => schemas.type_of(&content["schema"]),
        _ => format!("`{media_type}`"),
    }
}

/// Returns the descriptions of the types of all bodies and of the types that they refer to.
fn types(schemas: &Schemas, bodies: &[String]) -> String {
    let names: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let mut names: Vec<String> = bodies
        .iter()
        .cloned()
        .chain(reachable(schemas, &names))
        .collect();
    names.sort();
    names.dedup();
    names.retain(|name| schemas.is_described_here(name));
    let types = names
        .iter()
        .map(|name| format!("### {name}\n\n{}\n", schemas.describe(name)));
    types.collect()
}

/// Returns the names of the types of the bodies of an operation.
fn bodies(operation: &Value) -> Vec<String> {
    let request = operation.pointer("/requestBody/content/application~1json/schema/$ref");
    let responses = operation["responses"].as_object().unwrap().values();
    let responses =
        responses.filter_map(|response| response.pointer("/content/application~1json/schema/$ref"));
    let references = request.into_iter().chain(responses);
    references
        .filter_map(|reference| Some(reference.as_str()?.rsplit('/').next()?.to_owned()))
        .collect()
}
