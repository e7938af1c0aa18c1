//! `health`: returns the status and the version of the mock.

use futures_util::FutureExt as _;
use http::Method;
use http::request::Parts;
use serde::Serialize;

use crate::control::response;
use crate::control::route::{CONTROL_PREFIX, Content, Route, schema};
use crate::types::timestamp::Timestamp;

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "health",
    summary: "Returns the status and the version of the mock. It responds as soon as the mock is ready. This route does not need the control key, and accepts every host. It also accepts `HEAD`.",
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

/// Returns whether the request is for this resource, which needs no control key. Health checks such as `wget --spider` send
/// `HEAD`.
pub(super) fn is_health(request: &Parts) -> bool {
    let path = request.uri.path().strip_prefix(CONTROL_PREFIX);
    matches!(request.method, Method::GET | Method::HEAD) && path == Some(ROUTES[0].path)
}

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
