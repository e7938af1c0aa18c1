//! The table of everything that is there.

use http::Method;
use http::StatusCode;
use http::request::Parts;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use futures_util::future::BoxFuture;

use crate::control::asked::Asked;
use crate::control::refusal::Refusal;
use crate::control::reply::{JSON, Outcome};
use crate::control::{
    certificate, clock, environment, faults, health, live, metrics, openapi, requests, reset,
    tokens, world,
};
use crate::route::CONTROL_PREFIX;

/// Something that can be asked for.
pub(super) struct Route {
    pub(super) method: Method,
    /// What comes after `/_mock/`.
    pub(super) path: &'static str,
    /// What it does, in a sentence.
    pub(super) summary: &'static str,
    /// The types whose fields are its parameters.
    pub(super) query: &'static [TypeSchema],
    pub(super) body: Option<Body>,
    pub(super) answer: Content,
    pub(super) run: for<'a> fn(Asked<'a>) -> BoxFuture<'a, Outcome>,
}

pub(super) type TypeSchema = fn(&mut SchemaGenerator) -> Schema;

/// The JSON that is to be sent.
pub(super) struct Body {
    pub(super) schema: TypeSchema,
    pub(super) example: fn() -> Value,
}

/// What comes back.
pub(super) enum Content {
    /// JSON of a type.
    Json(TypeSchema),
    /// Text of some other kind.
    Text(&'static str),
}

impl Content {
    pub(super) fn content_type(&self) -> &'static str {
        match self {
            Content::Json(_) => JSON,
            Content::Text(content_type) => content_type,
        }
    }
}

/// The schema of a type, by its name.
pub(super) fn schema<T: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The schema of a type, in full.
pub(super) fn fields<T: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

/// Every route, a group for each resource.
const ROUTES: [&[Route]; 12] = [
    &health::ROUTES,
    &world::ROUTES,
    &reset::ROUTES,
    &clock::ROUTES,
    &tokens::ROUTES,
    &faults::ROUTES,
    &requests::ROUTES,
    &live::ROUTES,
    &metrics::ROUTES,
    &environment::ROUTES,
    &certificate::ROUTES,
    &openapi::ROUTES,
];

pub(super) fn all() -> impl Iterator<Item = &'static Route> + Clone {
    ROUTES.iter().copied().flatten()
}

/// The route that is asked for.
pub(super) fn find(request: &Parts) -> Result<&'static Route, Refusal> {
    let path = request.uri.path();
    let path = path.strip_prefix(CONTROL_PREFIX).unwrap_or_default();
    let mut there = all().filter(|route| route.path == path).peekable();
    if there.peek().is_none() {
        return Err(not_found());
    }
    let methods: Vec<&str> = there.clone().map(|route| route.method.as_str()).collect();
    there
        .find(|route| route.method == request.method)
        .ok_or_else(|| not_so(&methods.join(", ")))
}

fn not_found() -> Refusal {
    let mut paths: Vec<&str> = all().map(|route| route.path).collect();
    paths.dedup();
    let text = format!(
        "there is no such thing under {CONTROL_PREFIX}; there are {}",
        paths.join(", ")
    );
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", text)
}

fn not_so(methods: &str) -> Refusal {
    let text = format!("this cannot be done to it; expected {methods}");
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", text)
        .allow(methods.to_owned())
}

impl Route {
    /// The names of its parameters.
    pub(super) fn parameter_names(&self) -> Vec<String> {
        let mut generator = SchemaGenerator::default();
        let types = self.query.iter().map(|query| query(&mut generator));
        types
            .filter_map(|schema| schema.get("properties")?.as_object().cloned())
            .flat_map(|properties| properties.into_iter().map(|(name, _)| name))
            .collect()
    }
}
