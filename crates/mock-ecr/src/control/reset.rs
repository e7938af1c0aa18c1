//! `reset`: resets the mock to its initial state.

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
    summary: "Resets the mock to its initial state: clock, tokens, revocations, sessions (principals that were added with MockEcr::add_session), faults, request log, metrics, repositories, and settings of accounts and registries.",
    query: &[],
    body: Some(Body {
        schema: schema::<Reset>(),
        example: r#"{ "keep": "images" }"#,
    }),
    response: Content::Json(schema::<Reset>()),
    run: |request| reset(request).boxed(),
}];

/// What a reset preserves.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
struct Reset {
    /// What is preserved. The default is `nothing`.
    keep: Preserved,
}

/// What a reset preserves.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Preserved {
    /// Nothing. Repositories, and the settings of accounts and registries, are reset to those of the configuration.
    #[default]
    Nothing,
    /// The repositories with their images, and the settings of accounts and registries.
    Images,
}

async fn reset(request: ControlRequest<'_>) -> Outcome {
    let reset: Reset = request.body()?;
    let preserve = match reset.keep {
        Preserved::Nothing => Preserve::Nothing,
        Preserved::Images => Preserve::Images,
    };
    request.state.reset(preserve).await.map_err(|error| {
        let error = chain(&error);
        let text = format!("cannot reset the repositories to those of the configuration: {error}");
        ControlError::new(StatusCode::INTERNAL_SERVER_ERROR, "RESET_FAILED", text)
    })?;
    response::json(&reset)
}
