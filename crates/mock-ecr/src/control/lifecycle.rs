//! `lifecycle/run`: evaluates lifecycle policies at once.

use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Body, Content, Route, schema};
use crate::domain::LifecycleRun;
use crate::types::{RepositoryId, RepositoryName};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::POST,
    path: "lifecycle/run",
    summary: "Evaluates the lifecycle policies of one repository or of all repositories at once, and expires or archives the images that their rules select.",
    query: &[],
    body: Some(Body {
        schema: schema::<RunLifecycle>(),
        example: "{}",
    }),
    response: Content::Json(schema::<LifecycleRuns>()),
    run: |request| run(request).boxed(),
}];

/// Which lifecycle policies are evaluated.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
struct RunLifecycle {
    /// The name of the repository. Repositories of this name in other accounts and Regions are included. The default is
    /// all repositories. If no repository of this name has a lifecycle policy, the status is 404.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    repository: Option<RepositoryName>,
}

/// The results of the evaluation of lifecycle policies.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LifecycleRuns {
    /// The repositories with a lifecycle policy, ordered by account, Region and name.
    repositories: Vec<RunView>,
}

/// The result of the evaluation of a lifecycle policy.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "LifecycleRun"))]
struct RunView {
    /// The name of the repository.
    name: String,
    /// The ID of the account.
    account: String,
    /// The Region.
    region: String,
    /// The number of images that the rules have expired, without images that were deleted because their subject was.
    expired: usize,
    /// The number of images that the rules have archived, without images that were archived because their subject was.
    archived: usize,
}

async fn run(request: ControlRequest<'_>) -> Outcome {
    let RunLifecycle { repository } = request.body()?;
    let runs = request.state.run_lifecycle(repository.clone());
    let runs = runs.await.map_err(|error| ControlError::store(&error))?;
    match repository {
        Some(name) if runs.is_empty() => Err(not_found(&name)),
        _ => response::json(&LifecycleRuns {
            repositories: runs.iter().map(|(id, run)| view(id, *run)).collect(),
        }),
    }
}

fn not_found(name: &RepositoryName) -> ControlError {
    let text = format!(
        "no repository {name} has a lifecycle policy: expected one that PutLifecyclePolicy or the configuration has set"
    );
    let code = "LIFECYCLE_POLICY_NOT_FOUND";
    ControlError::new(StatusCode::NOT_FOUND, code, text).at("repository")
}

fn view(id: &RepositoryId, run: LifecycleRun) -> RunView {
    RunView {
        name: id.name.to_string(),
        account: id.registry.account().to_string(),
        region: id.registry.place(),
        expired: run.expired,
        archived: run.archived,
    }
}
