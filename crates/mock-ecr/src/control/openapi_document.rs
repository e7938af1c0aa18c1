//! Generates `openapi.json` from the table of routes and the JSON types.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::control::response::{JSON, Problem};
use crate::control::route::{Body, Content, Route};
use crate::control::table;

fn document() -> Value {
    let settings = SchemaSettings::draft2020_12();
    let settings = settings.with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for route in table::all() {
        let path = paths.entry(format!("/_mock/{}", route.path)).or_default();
        let method = route.method.as_str().to_ascii_lowercase();
        path.insert(method, operation(route, &mut generator));
    }
    json!({
        "openapi": "3.1.0",
        "info": info(),
        "paths": paths,
        "security": [{}, { "key": [] }],
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn info() -> Value {
    json!({
        "title": "mock-ecr",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "The control API of a running mock of Amazon ECR.",
        "description": "The control API inspects and changes a running mock. If the mock was started with a control key, requests must send it \
                        as a Bearer token. Otherwise, the mock must listen on loopback addresses only, and the Host of a request must be a \
                        loopback name. Requests of browser pages of another origin are rejected. Request bodies are at most 64 KiB and \
                        have the content type application/json. The version is that of mock-ecr.",
        "license": { "name": "MIT OR Apache-2.0" },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": format!("{} {}", route.method, route.path).to_ascii_lowercase().replace([' ', '/', '.'], "_"),
        "summary": route.summary,
        "parameters": parameters(route, generator),
        "responses": {
            "200": { "description": "The request succeeded.", "content": { content_type(&route.response): response_schema(route, generator) } },
            "default": {
                "description": "The request was rejected or failed.",
                "content": { "application/json": { "schema": generator.subschema_for::<Problem>() } },
            },
        },
    });
    if let Some(body) = &route.body {
        operation["requestBody"] = request_body(body, generator);
    }
    operation
}

fn content_type(response: &Content) -> &'static str {
    match response {
        Content::Json(_) => JSON,
        Content::Text(content_type) => content_type,
    }
}

fn response_schema(route: &Route, generator: &mut SchemaGenerator) -> Value {
    match &route.response {
        Content::Json(schema) => json!({ "schema": schema(generator) }),
        Content::Text(_) => json!({ "schema": { "type": "string" } }),
    }
}

fn request_body(body: &Body, generator: &mut SchemaGenerator) -> Value {
    let example: Value = serde_json::from_str(body.example).unwrap();
    let json = json!({ "schema": (body.schema)(generator), "example": example });
    json!({ "required": true, "content": { "application/json": json } })
}

/// Returns the parameters of a route: the fields of the types of its query.
fn parameters(route: &Route, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut parameters = Vec::new();
    for query in route.query {
        let schema = (query.schema)(generator);
        let properties = schema.get("properties").and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array);
        for (name, schema) in properties.into_iter().flatten() {
            let mut parameter = parameter(route, name, schema.clone());
            if required.is_some_and(|required| required.contains(&json!(name))) {
                parameter["required"] = json!(true);
            }
            parameters.push(parameter);
        }
    }
    // A feature of serde_json, which any crate of a build can enable, decides whether fields keep their order.
    parameters.sort_by_key(|parameter| parameter["name"].to_string());
    parameters
}

fn parameter(route: &Route, name: &str, mut schema: Value) -> Value {
    let mut parameter = json!({ "name": name, "in": "query" });
    if let Some(fields) = schema.as_object_mut() {
        if let Some(description) = fields.remove("description") {
            parameter["description"] = description;
        }
        fields.remove("default");
        never_null(fields);
    }
    parameter["example"] = example(route, name);
    parameter["schema"] = schema;
    parameter
}

/// Removes null from the types of a parameter: a parameter is absent or has a value.
fn never_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        let name = types.pop().unwrap();
        schema["type"] = name;
    }
    if let Some(Value::Array(choices)) = schema.remove("anyOf") {
        schema.extend(choices[0].as_object().unwrap().clone());
    }
}

/// Returns the example of a parameter of one route, or else that of all parameters with this name.
fn example(route: &Route, name: &str) -> Value {
    let of_route = format!("{}?{name}", route.path);
    let find = |name: &str| EXAMPLES.iter().find(|(of, _)| *of == name);
    let (_, example) = find(&of_route).or_else(|| find(name)).unwrap();
    serde_json::from_str(example).unwrap()
}

/// An example of each query parameter, in JSON.
const EXAMPLES: [(&str, &str); 35] = [
    ("events?after", "0"),
    ("account", r#""123456789012""#),
    (
        "digest",
        r#""sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""#,
    ),
    ("name", r#""team/app""#),
    ("region", r#""us-east-1""#),
    (
        "after",
        r#""123456789012/us-east-1/team/app@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""#,
    ),
    ("authorization", "true"),
    ("bearer", r#""arn:aws:iam::123456789012:user/developer""#),
    ("caller", r#""arn:aws:iam::123456789012:user/developer""#),
    ("certificate", r#""/ca.pem""#),
    ("count", "1"),
    ("error", r#""AccessDeniedException""#),
    ("fault", "0"),
    ("host", r#""127.0.0.1:4566""#),
    ("id", "0"),
    ("input", r#""registryIds""#),
    ("limit", "100"),
    ("method", r#""POST""#),
    ("only", r#""ecr""#),
    ("operation", r#""GetAuthorizationToken""#),
    ("redirect", r#""env""#),
    ("repository", r#""team/app""#),
    ("request_id", r#""a061e3d2-891b-44f9-9472-4e969e1d74aa""#),
    ("route", r#""manifest""#),
    ("service", r#""ecr""#),
    ("since", r#""2015-11-29T21:30:53.241Z""#),
    ("slower_than", r#""100ms""#),
    ("status", "200"),
    ("target", r#""/""#),
    ("timeout", r#""10s""#),
    ("token", r#""fa44db647e557a51""#),
    ("token_error", r#""expired""#),
    ("until", r#""2015-11-30T09:30:53.241Z""#),
    ("user_agent", r#""aws-cli""#),
    ("ingress", r#""http""#),
];

#[test]
fn openapi_json_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let document = document();
    // Read at compile time: at run time the library reads no environment variables.
    if option_env!("MOCK_ECR_BLESS").is_some() {
        std::fs::write(path, format!("{document:#}\n")).unwrap();
    }
    let copy: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        copy == document,
        "openapi.json is out of date: run this test with MOCK_ECR_BLESS=1 to regenerate it"
    );
}
