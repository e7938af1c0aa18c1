//! `images`: lists the images of repositories.

use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, fields, schema};
use crate::domain::{Repository, TaggedImage};
use crate::types::RepositoryName;
use crate::types::timestamp::Timestamp;

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "images",
    summary: "Returns the images of one repository or of all repositories, with and without tags, ordered by account, Region, repository and digest.",
    query: &[fields::<ImageParams>()],
    body: None,
    response: Content::Json(schema::<Images>()),
    run: |request| list(request).boxed(),
}];

/// The query parameter that selects images.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ImageParams {
    /// The name of the repository. Repositories of this name in other accounts and Regions are included. The default is
    /// all repositories. If no repository has this name, the status is 404.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    repository: Option<RepositoryName>,
}

/// The images of a mock.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Images {
    /// The images, ordered by account, Region, repository and digest.
    images: Vec<ImageView>,
}

/// An image, an index or an artifact in a repository.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Image"))]
struct ImageView {
    /// The name of the repository.
    repository: String,
    /// The ID of the account.
    account: String,
    /// The Region.
    region: String,
    /// The digest of the manifest.
    digest: String,
    /// The tags, sorted by their bytes.
    tags: Vec<String>,
    /// The media type of the manifest.
    media_type: String,
    /// The sum of the sizes of the configuration and the layers, in bytes.
    size: u64,
    /// When the image was pushed, on the mock's clock.
    pushed: Timestamp,
}

async fn list(request: ControlRequest<'_>) -> Outcome {
    let ImageParams { repository } = request.query()?;
    let stored = &request.state.repositories;
    let found = stored.all_images(repository.clone()).await;
    let found = found.map_err(|error| ControlError::store(&error))?;
    if let Some(name) = repository.filter(|_| found.is_empty()) {
        return Err(not_found(&name));
    }
    let views = found.into_iter().flat_map(|(repository, images)| {
        let views = images.into_iter().map(|image| view(&repository, image));
        views.collect::<Vec<_>>()
    });
    response::json(&Images {
        images: views.collect(),
    })
}

fn not_found(name: &RepositoryName) -> ControlError {
    let text =
        format!("the repository {name} does not exist: /_mock/repositories lists the repositories");
    ControlError::new(StatusCode::NOT_FOUND, "REPOSITORY_NOT_FOUND", text).at("repository")
}

fn view(repository: &Repository, image: TaggedImage) -> ImageView {
    let id = &repository.id;
    ImageView {
        repository: id.name.to_string(),
        account: id.registry.account().to_string(),
        region: id.registry.place(),
        digest: image.digest.to_string(),
        tags: image.tags.iter().map(ToString::to_string).collect(),
        size: image.metadata.size,
        pushed: image.metadata.pushed(),
        media_type: image.metadata.media_type,
    }
}
