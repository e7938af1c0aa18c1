//! `openapi.json`: returns the OpenAPI document of the control API.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use http::Method;
use serde_json::Value;

use crate::control::response;
use crate::control::route::{Content, Route, schema};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "openapi.json",
    summary: "Returns the description of the control API in OpenAPI 3.1.",
    query: &[],
    body: None,
    response: Content::Json(schema::<BTreeMap<String, Value>>()),
    run: |_| async { response::text(response::JSON, DOCUMENT.to_owned()) }.boxed(),
}];

/// A test generates this file from the table of routes and the JSON types, and checks that it is up to date. The
/// generator is not part of the program.
const DOCUMENT: &str = include_str!("../../openapi.json");
