//! The table of everything that is there.

use futures_util::future::BoxFuture;
use http::Method;
use http::StatusCode;
use http::request::Parts;
use schemars::JsonSchema;
#[cfg(test)]
use schemars::{Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::control::CONTROL_PREFIX;
use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response::Outcome;
use crate::control::{
    certificate, clock, environment, faults, field_names, health, metrics, openapi, requests,
    reset, stream, tokens, world,
};

/// Something that can be asked for.
pub(super) struct Route {
    pub(super) method: Method,
    /// What comes after `/_mock/`.
    pub(super) path: &'static str,
    /// What it does, in a sentence.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the document"))]
    pub(super) summary: &'static str,
    /// The types whose fields are its parameters.
    pub(super) query: &'static [Fields],
    pub(super) body: Option<Body>,
    #[cfg_attr(not(test), expect(dead_code, reason = "for the document"))]
    pub(super) answer: Content,
    pub(super) run: for<'a> fn(ControlRequest<'a>) -> BoxFuture<'a, Outcome>,
}

/// How a type is described. It is there in tests alone, which make the document; the program carries what they have made.
#[cfg(test)]
pub(super) type TypeSchema = fn(&mut SchemaGenerator) -> Schema;
#[cfg(not(test))]
pub(super) struct TypeSchema;

/// A type of parameters.
pub(super) struct Fields {
    names: fn() -> &'static [&'static str],
    #[cfg(test)]
    pub(super) schema: TypeSchema,
}

/// The JSON that is to be sent.
#[cfg_attr(not(test), expect(dead_code, reason = "for the document"))]
pub(super) struct Body {
    pub(super) schema: TypeSchema,
    pub(super) example: &'static str,
}

/// What comes back.
#[cfg_attr(not(test), expect(dead_code, reason = "for the document"))]
pub(super) enum Content {
    /// JSON of a type.
    Json(TypeSchema),
    /// Text of some other kind.
    Text(&'static str),
}

/// The schema of a type, by its name.
#[cfg(test)]
pub(super) const fn schema<T: JsonSchema>() -> TypeSchema {
    |generator| generator.subschema_for::<T>()
}

#[cfg(not(test))]
#[expect(
    clippy::extra_unused_type_parameters,
    reason = "the table names the types, described or not"
)]
pub(super) const fn schema<T: JsonSchema>() -> TypeSchema {
    TypeSchema
}

/// The fields of a type.
pub(super) const fn fields<T: JsonSchema + DeserializeOwned>() -> Fields {
    Fields {
        names: field_names::of::<T>,
        #[cfg(test)]
        schema: |generator| T::json_schema(generator),
    }
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
    &stream::ROUTES,
    &metrics::ROUTES,
    &environment::ROUTES,
    &certificate::ROUTES,
    &openapi::ROUTES,
];

pub(super) fn all() -> impl Iterator<Item = &'static Route> + Clone {
    ROUTES.iter().copied().flatten()
}

/// The route that is asked for.
pub(super) fn find(request: &Parts) -> Result<&'static Route, ControlError> {
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

fn not_found() -> ControlError {
    let mut paths: Vec<&str> = all().map(|route| route.path).collect();
    paths.dedup();
    let text = format!(
        "there is no such thing under {CONTROL_PREFIX}; there are {}",
        paths.join(", ")
    );
    ControlError::new(StatusCode::NOT_FOUND, "NOT_FOUND", text)
}

fn not_so(methods: &str) -> ControlError {
    let text = format!("this cannot be done to it; expected {methods}");
    ControlError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", text)
        .allow(methods.to_owned())
}

impl Route {
    /// The names of its parameters.
    pub(super) fn parameter_names(&self) -> Vec<&'static str> {
        let names = self.query.iter().flat_map(|fields| (fields.names)());
        names.copied().collect()
    }
}
