//! The control API of a mock, `/_mock/`: an HTTP API to inspect and change a running mock from any language.
//!
//! Each resource is a file with its JSON types and its routes. Requests are dispatched on the table of routes, and a
//! test generates the OpenAPI document from the same table, so every route is described. Handlers only call methods of
//! the mock's state.

mod authorize;
mod background;
mod certificate;
mod clock;
mod config;
mod config_pull_through;
mod config_registries;
mod dispatch;
mod environment;
mod error;
mod event_text;
mod events;
mod faults;
mod field_names;
mod filters;
mod har;
mod health;
mod image;
mod images;
mod lifecycle;
mod metrics;
mod openapi;
#[cfg(test)]
mod openapi_document;
mod query_value;
mod redacted;
mod replication_view;
mod repositories;
mod repository;
mod request;
mod request_list;
mod request_view;
mod requests;
mod reset;
mod response;
mod revisions;
mod route;
mod same_origin;
mod scan_results;
mod stream;
mod table;
mod tokens;

pub(crate) use dispatch::{MAX_BODY_SIZE, buffers_full, respond};
pub(crate) use route::CONTROL_PREFIX;
