//! A route of `/_mock/`: its parameters, its body, its response and its handler.

use futures_util::future::BoxFuture;
use http::Method;
#[cfg(test)]
use schemars::{JsonSchema as Described, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::control::field_names;
use crate::control::request::ControlRequest;
use crate::control::response::Outcome;

/// The prefix of the paths of the control API.
pub(crate) const CONTROL_PREFIX: &str = "/_mock/";

/// A method and path of the control API, and its handler.
pub(super) struct Route {
    pub(super) method: Method,
    /// The path after `/_mock/`.
    pub(super) path: &'static str,
    /// The description for the OpenAPI document, as a sentence.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by the generator of the OpenAPI document")
    )]
    pub(super) summary: &'static str,
    /// The types whose fields are the query parameters.
    pub(super) query: &'static [Fields],
    pub(super) body: Option<Body>,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by the generator of the OpenAPI document")
    )]
    pub(super) response: Content,
    pub(super) run: for<'a> fn(ControlRequest<'a>) -> BoxFuture<'a, Outcome>,
}

impl Route {
    /// Returns the names of the query parameters.
    pub(super) fn parameter_names(&self) -> Vec<&'static str> {
        let names = self.query.iter().flat_map(|fields| (fields.names)());
        names.copied().collect()
    }
}

/// A function that returns the JSON schema of a type. It exists in tests only, because a test generates the OpenAPI
/// document.
#[cfg(test)]
pub(super) type TypeSchema = fn(&mut SchemaGenerator) -> Schema;
#[cfg(not(test))]
pub(super) struct TypeSchema;

/// The bound on the types that the OpenAPI document describes. The document is generated in tests only, so outside
/// tests every type meets it.
#[cfg(not(test))]
pub(super) trait Described {}

#[cfg(not(test))]
impl<T> Described for T {}

/// A type whose fields are query parameters.
pub(super) struct Fields {
    names: fn() -> &'static [&'static str],
    #[cfg(test)]
    pub(super) schema: TypeSchema,
}

/// The request body of a route.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "read by the generator of the OpenAPI document")
)]
pub(super) struct Body {
    pub(super) schema: TypeSchema,
    pub(super) example: &'static str,
}

/// The response body of a route.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "read by the generator of the OpenAPI document")
)]
pub(super) enum Content {
    /// JSON with the schema of a type.
    Json(TypeSchema),
    /// Text of this content type.
    Text(&'static str),
}

/// Returns a reference to the schema of a type.
#[cfg(test)]
pub(super) const fn schema<T: Described>() -> TypeSchema {
    |generator| generator.subschema_for::<T>()
}

#[cfg(not(test))]
pub(super) const fn schema<T: Described>() -> TypeSchema {
    TypeSchema
}

/// Returns the fields of a type, as query parameters.
pub(super) const fn fields<T: Described + DeserializeOwned>() -> Fields {
    Fields {
        names: field_names::of::<T>,
        #[cfg(test)]
        schema: |generator| T::json_schema(generator),
    }
}
