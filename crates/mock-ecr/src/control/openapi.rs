//! `openapi.json`: the description of all this.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use http::Method;
use serde_json::Value;

use crate::control::response;
use crate::control::route::{Content, Route, schema};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "openapi.json",
    summary: "Describes all of this, in OpenAPI 3.1.",
    query: &[],
    body: None,
    response: Content::Json(schema::<BTreeMap<String, Value>>()),
    run: |_| async { response::text(response::JSON, DOCUMENT.to_owned()) }.boxed(),
}];

/// As a test has made it, and holds it to the table of routes and the types of its JSON: what makes it is left out of the program.
const DOCUMENT: &str = include_str!("../../openapi.json");
