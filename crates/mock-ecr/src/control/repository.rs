//! `repository`: returns one repository with its policies and what they would do.

use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::control::error::ControlError;
use crate::control::repositories::{RepositoryView, view};
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, fields, schema};
use crate::domain;
use crate::domain::{PreviewResult, RepositoryError, ResourceTag};
use crate::lifecycle::Action;
use crate::types::{AccountId, RepositoryName};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "repository",
    summary: "Returns one repository: its settings, its policies, its resource tags, and the images that its lifecycle policy would expire or archive now.",
    query: &[fields::<RepositoryParams>()],
    body: None,
    response: Content::Json(schema::<RepositoryDetails>()),
    run: |request| find(request).boxed(),
}];

/// The query parameters that select a repository.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RepositoryParams {
    /// The account of the repository. The default is the default account of the mock.
    #[serde(default)]
    account: Option<AccountId>,
    /// The Region of the repository, as `repositories` returns it. The default is the Region of the configuration.
    #[serde(default)]
    region: Option<String>,
    /// The name of the repository. Required.
    #[cfg_attr(test, schemars(with = "String"))]
    name: RepositoryName,
}

/// A repository with its policies.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RepositoryDetails {
    #[serde(flatten)]
    repository: RepositoryView,
    #[serde(flatten)]
    policies: Policies,
}

/// The policies of a repository, and what they would do.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Policies {
    /// The text of the policy of the repository.
    policy: Option<String>,
    /// The text of the lifecycle policy.
    lifecycle_policy: Option<String>,
    /// The images that the lifecycle policy would expire or archive now, at most 100.
    would_expire: Vec<ExpiringImage>,
    /// The resource tags.
    resource_tags: Vec<ResourceTagView>,
}

/// An image that a rule of a lifecycle policy selects.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ExpiringImage {
    /// The digest of the image.
    digest: String,
    /// The priority of the rule.
    rule: u64,
    /// `EXPIRE` or `TRANSITION`.
    action: &'static str,
}

/// A resource tag.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "ResourceTag"))]
struct ResourceTagView {
    /// The key.
    key: String,
    /// The value.
    value: String,
}

async fn find(request: ControlRequest<'_>) -> Outcome {
    let params: RepositoryParams = request.query()?;
    let place = params.region.as_deref();
    let id = request.repository_id(params.account, place, params.name)?;
    let stored = request.repositories().await?;
    let now = request.state.clock.now();
    let found = stored.repository_details(&id, MAX_EXPIRING, now);
    let found = found.await.map_err(rejected)?;
    response::json(&RepositoryDetails {
        repository: view(&request, &found.repository, found.images),
        policies: Policies::of(found),
    })
}

const MAX_EXPIRING: usize = 100;

impl Policies {
    fn of(found: domain::RepositoryDetails) -> Self {
        let tag = |tag: ResourceTag| ResourceTagView {
            key: tag.key,
            value: tag.value,
        };
        Policies {
            policy: found.policy,
            lifecycle_policy: found.lifecycle_policy,
            would_expire: found.expiring.iter().map(ExpiringImage::of).collect(),
            resource_tags: found.resource_tags.into_iter().map(tag).collect(),
        }
    }
}

impl ExpiringImage {
    fn of(result: &PreviewResult) -> Self {
        ExpiringImage {
            digest: result.digest.to_string(),
            rule: result.priority,
            action: match result.action() {
                Action::Expire => "EXPIRE",
                Action::Transition => "TRANSITION",
            },
        }
    }
}

fn rejected(error: RepositoryError) -> ControlError {
    match error {
        RepositoryError::RepositoryNotFound(_) => {
            let text = error.to_string();
            ControlError::new(StatusCode::NOT_FOUND, "REPOSITORY_NOT_FOUND", text).at("name")
        }
        error => ControlError::store(&error),
    }
}
