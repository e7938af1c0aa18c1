//! A route of `/_mock/`: its parameters, its body, its response and its handler.

use futures_util::future::BoxFuture;
use http::Method;
#[cfg(test)]
use schemars::{JsonSchema as Described, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::control::field_names;
use crate::control::request::ControlRequest;
use crate::control::response::Outcome;

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
    pub(super) response: Content,
    pub(super) run: for<'a> fn(ControlRequest<'a>) -> BoxFuture<'a, Outcome>,
}

impl Route {
    /// The names of its parameters.
    pub(super) fn parameter_names(&self) -> Vec<&'static str> {
        let names = self.query.iter().flat_map(|fields| (fields.names)());
        names.copied().collect()
    }
}

/// How a type is described. It is there in tests alone, which make the document; the program carries what they have made.
#[cfg(test)]
pub(super) type TypeSchema = fn(&mut SchemaGenerator) -> Schema;
#[cfg(not(test))]
pub(super) struct TypeSchema;

/// The bound on the types that the OpenAPI document describes. The document is generated in tests only, so here every type meets it.
#[cfg(not(test))]
pub(super) trait Described {}

#[cfg(not(test))]
impl<T> Described for T {}

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
pub(super) const fn schema<T: Described>() -> TypeSchema {
    |generator| generator.subschema_for::<T>()
}

#[cfg(not(test))]
pub(super) const fn schema<T: Described>() -> TypeSchema {
    TypeSchema
}

/// The fields of a type.
pub(super) const fn fields<T: Described + DeserializeOwned>() -> Fields {
    Fields {
        names: field_names::of::<T>,
        #[cfg(test)]
        schema: |generator| T::json_schema(generator),
    }
}
