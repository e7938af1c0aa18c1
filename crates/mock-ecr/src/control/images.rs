//! `images`: lists the images of repositories.

use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::control::error::ControlError;
use crate::control::query_value::{number, parsed};
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, fields, schema};
use crate::domain::{ImagePosition, TaggedImage};
use crate::types::timestamp::Timestamp;
use crate::types::{RepositoryId, RepositoryName};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "images",
    summary: "Returns a page of the images of one repository or of all repositories, with and without tags, ordered by account, Region, repository and digest.",
    query: &[fields::<ImageParams>()],
    body: None,
    response: Content::Json(schema::<Images>()),
    run: |request| list(request).boxed(),
}];

/// The query parameters that select images.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
struct ImageParams {
    /// The name of the repository. Repositories of this name in other accounts and Regions are included. The default is
    /// all repositories. If no repository has this name, the status is 404.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    repository: Option<RepositoryName>,
    /// The maximum number of images in the response, from 1 to 1,000. The default is 1,000. A page also ends when its images
    /// have 10,000 tags or more.
    #[serde(deserialize_with = "number")]
    limit: Option<usize>,
    /// The value of `next` of the previous page. The page contains the images that follow. Without it, the page is the first one.
    #[serde(deserialize_with = "parsed")]
    #[cfg_attr(test, schemars(with = "String"))]
    after: Option<ImagePosition>,
}

/// A page of the images of a mock.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Images {
    /// The images, ordered by account, Region, repository and digest.
    images: Vec<ImageView>,
    /// The value of the parameter `after` for the next page. The last page does not have this member.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
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
    /// The artifact type, if the manifest or its configuration has one.
    artifact_type: Option<String>,
    /// When a pull was last recorded, on the mock's clock. Pulls within 24 hours after it are not recorded.
    last_pull: Option<Timestamp>,
    /// `ACTIVE`, `ARCHIVED` or `ACTIVATING`.
    status: &'static str,
    /// The digest of the image that this image refers to.
    subject: Option<String>,
}

async fn list(request: ControlRequest<'_>) -> Outcome {
    let params: ImageParams = request.query()?;
    let limit = params.limit.unwrap_or(MAX_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let text = format!("invalid limit: expected a number from 1 to {MAX_LIMIT}");
        return Err(ControlError::query("limit", text));
    }
    let stored = request.repositories().await?;
    let found = stored.all_images(params.repository.clone(), params.after, limit);
    let found = found.await.map_err(|error| ControlError::store(&error))?;
    let page = match (found, params.repository) {
        (None, Some(name)) => return Err(not_found(&name)),
        (page, _) => page.unwrap_or_default(),
    };
    let views = page.images.into_iter();
    response::json(&Images {
        images: views.map(|(id, image)| view(&id, image)).collect(),
        next: page.next.map(|next| next.to_string()),
    })
}

/// The largest number of images in a response. It has about 300 bytes for each image.
const MAX_LIMIT: usize = 1000;

fn not_found(name: &RepositoryName) -> ControlError {
    let text =
        format!("the repository {name} does not exist: /_mock/repositories lists the repositories");
    ControlError::new(StatusCode::NOT_FOUND, "REPOSITORY_NOT_FOUND", text).at("repository")
}

fn view(id: &RepositoryId, image: TaggedImage) -> ImageView {
    ImageView {
        repository: id.name.to_string(),
        account: id.registry.account().to_string(),
        region: id.registry.place(),
        digest: image.digest.to_string(),
        tags: image.tags.iter().map(ToString::to_string).collect(),
        size: image.metadata.size,
        pushed: image.metadata.pushed(),
        last_pull: image.metadata.pulled(),
        status: image.metadata.status.name(),
        subject: image.metadata.subject.as_ref().map(ToString::to_string),
        artifact_type: image.metadata.artifact_type,
        media_type: image.metadata.media_type,
    }
}
