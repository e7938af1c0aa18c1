//! `health`: returns the status and the version of the mock.

use futures_util::FutureExt as _;
use http::Method;
use serde::Serialize;

use crate::control::response;
use crate::control::route::{Content, Route, schema};
use crate::types::timestamp::Timestamp;

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "health",
    summary: "Returns the status and the version of the mock. It responds as soon as the mock is ready.",
    query: &[],
    body: None,
    response: Content::Json(schema::<Health>()),
    run: |request| {
        async move {
            response::json(&Health {
                status: Status::Ok,
                version: env!("CARGO_PKG_VERSION"),
                now: request.state.clock.now(),
            })
        }
        .boxed()
    },
}];

/// The status of the mock.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Health {
    /// Always `ok`.
    status: Status,
    /// The version of mock-ecr.
    version: &'static str,
    /// The current time of the mock's clock.
    now: Timestamp,
}

/// The status of the mock.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Status {
    Ok,
}
