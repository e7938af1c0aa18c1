//! `/_mock/`: what the mock tells of itself and lets be done to it, from any language; and to whom.
//!
//! Each resource is a file, with the types of its JSON and its part of the table of routes. The table is what is dispatched on and what
//! the OpenAPI document is made from, in a test, so that no route is without a description. Handlers are thin: what they do are methods of the handle.

mod authorize;
mod certificate;
mod clock;
mod config;
mod dispatch;
mod environment;
mod error;
mod faults;
mod field_names;
mod filters;
mod har;
mod health;
mod metrics;
mod openapi;
#[cfg(test)]
mod openapi_document;
mod query_value;
mod request;
mod request_view;
mod requests;
mod reset;
mod response;
mod route;
mod stream;
mod table;
mod tokens;

pub(crate) use dispatch::{MAX_BODY_SIZE, respond};
pub(crate) use table::CONTROL_PREFIX;
