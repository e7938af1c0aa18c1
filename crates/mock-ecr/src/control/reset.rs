//! `reset`: the mock as it was when it started.

use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Body, Content, Route, schema};
use crate::state::Preserve;
use crate::types::error_chain::chain;

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::POST,
    path: "reset",
    summary: "Makes the mock as it was when it started: clock, tokens, revocations, request log, repositories.",
    query: &[],
    body: Some(Body {
        schema: schema::<Reset>(),
        example: r#"{ "keep": "images" }"#,
    }),
    response: Content::Json(schema::<Reset>()),
    run: |request| reset(request).boxed(),
}];

/// What a reset leaves as it is.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
struct Reset {
    /// What is kept.
    keep: Preserved,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Preserved {
    /// Nothing: repositories and images are those that the configuration begins with.
    #[default]
    Nothing,
    /// The repositories and all that is in them.
    Images,
}

async fn reset(request: ControlRequest<'_>) -> Outcome {
    let reset: Reset = request.body()?;
    let preserve = match reset.keep {
        Preserved::Nothing => Preserve::Nothing,
        Preserved::Images => Preserve::Images,
    };
    request.ecr.reset(preserve).await.map_err(|error| {
        let error = chain(&error);
        let text = format!("cannot make the repositories of the configuration anew: {error}");
        ControlError::new(StatusCode::INTERNAL_SERVER_ERROR, "RESET_FAILED", text)
    })?;
    response::json(&reset)
}
