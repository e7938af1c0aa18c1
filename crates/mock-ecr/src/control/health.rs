//! `health`: is there a mock, and which?

use futures_util::FutureExt as _;
use http::Method;
use serde::Serialize;

use crate::control::response;
use crate::control::route::{Content, Route, schema};
use crate::types::timestamp::Timestamp;

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "health",
    summary: "Tells that the mock answers.",
    query: &[],
    body: None,
    response: Content::Json(schema::<Health>()),
    run: |request| {
        async move {
            response::json(&Health {
                status: Status::Ok,
                version: env!("CARGO_PKG_VERSION"),
                now: request.ecr.clock.now(),
            })
        }
        .boxed()
    },
}];

/// How the mock is.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Health {
    /// Whoever can read this has a mock that answers.
    status: Status,
    /// The version of mock-ecr.
    version: &'static str,
    /// What its clock shows.
    now: Timestamp,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Status {
    Ok,
}
