//! `background/run`: finishes work in the background before its time.

use futures_util::FutureExt as _;
use http::Method;
use serde::{Deserialize, Serialize};

use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Body, Content, Route, schema};
use crate::domain::{BackgroundKind, BackgroundRun};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::POST,
    path: "background/run",
    summary: "Finishes the work in the background that is in progress, such as scans and replications, in the order of time, and then the work that it begins. The clock does not change. The daily evaluations of lifecycle policies are not such work: lifecycle/run evaluates the policies.",
    query: &[],
    body: Some(Body {
        schema: schema::<RunBackground>(),
        example: r#"{ "kinds": ["scan", "replication"] }"#,
    }),
    response: Content::Json(schema::<BackgroundRun>()),
    run: |request| run(request).boxed(),
}];

/// Which work is finished.
#[derive(Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
struct RunBackground {
    /// The kinds of work. The default is all kinds. An empty list finishes nothing.
    kinds: Vec<BackgroundKind>,
}

impl Default for RunBackground {
    fn default() -> Self {
        let kinds = BackgroundKind::ALL.into();
        RunBackground { kinds }
    }
}

async fn run(request: ControlRequest<'_>) -> Outcome {
    let RunBackground { kinds } = request.body()?;
    // The transactions that were done remain.
    let finished = async {
        let finished = request.state.finish_background(&kinds).await;
        finished.map_err(|error| ControlError::store(&error))
    };
    response::json(&request.unless_disconnected(finished).await?)
}
