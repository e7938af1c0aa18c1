//! `repositories`: lists the repositories.

use futures_util::FutureExt as _;
use http::Method;
use serde::Serialize;

use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, schema};
use crate::domain::Repository;
use crate::types::timestamp::Timestamp;

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "repositories",
    summary: "Returns the repositories of all accounts and Regions, ordered by account, Region and name.",
    query: &[],
    body: None,
    response: Content::Json(schema::<Repositories>()),
    run: |request| list(request).boxed(),
}];

/// The repositories of a mock.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Repositories {
    /// The repositories, ordered by account, Region and name.
    repositories: Vec<RepositoryView>,
}

/// An existing repository.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "ExistingRepository")
)]
pub(super) struct RepositoryView {
    /// The name.
    name: String,
    /// The ID of the account.
    account: String,
    /// The Region.
    region: String,
    /// When the repository was created, on the mock's clock.
    created: Timestamp,
    /// The number of images, with or without tags.
    images: usize,
    /// The name of the images of this repository, without a tag: the host of the registry and the name.
    uri: String,
    /// Whether tags can be moved: `MUTABLE`, `IMMUTABLE`, `MUTABLE_WITH_EXCLUSION` or `IMMUTABLE_WITH_EXCLUSION`.
    mutability: &'static str,
    /// Whether the repository requests scans of pushed images.
    scan_on_push: bool,
}

async fn list(request: ControlRequest<'_>) -> Outcome {
    let stored = request.repositories().await?;
    let found = stored.image_counts().await;
    let found = found.map_err(|error| ControlError::store(&error))?;
    let repositories = found.iter();
    let repositories = repositories.map(|(one, images)| view(&request, one, *images));
    response::json(&Repositories {
        repositories: repositories.collect(),
    })
}

/// Returns the JSON form of a repository with this number of images.
pub(super) fn view(
    request: &ControlRequest<'_>,
    repository: &Repository,
    images: usize,
) -> RepositoryView {
    let registry = &repository.id.registry;
    let host = request.state.registry_host(registry, &request.base_url);
    RepositoryView {
        name: repository.id.name.to_string(),
        account: registry.account().to_string(),
        region: registry.place(),
        created: repository.settings.created(),
        images,
        uri: format!("{host}/{}", repository.id.name),
        mutability: repository.settings.mutability.name(),
        scan_on_push: repository.settings.scan_on_push,
    }
}
