//! `scan-results`: sets the results of the scans of images.

use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use serde::Serialize;

use crate::config::ImageScanResult;
use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Body, Content, Route, schema};
use crate::domain::RepositoryError;
use crate::types::{Reference, Region};

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::POST,
    path: "scan-results",
    summary: "Sets the result of the scans of an image. The result replaces that of a scan of the image. It does not start a scan. The image must exist.",
    query: &[],
    body: Some(Body {
        schema: schema::<ImageScanResult>(),
        example: r#"{ "repository": "team/app", "image": "1.0", "findings": [{ "name": "CVE-2022-49043", "severity": "HIGH", "package": "libxml2", "version": "2.9.14" }] }"#,
    }),
    response: Content::Json(schema::<ScannedImage>()),
    run: |request| set(request).boxed(),
}];

/// The image whose result was set.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ScannedImage {
    /// The name of the repository.
    repository: String,
    /// The ID of the account.
    account: String,
    /// The Region.
    region: String,
    /// The digest of the image.
    digest: String,
}

async fn set(request: ControlRequest<'_>) -> Outcome {
    let body: ImageScanResult = request.body()?;
    let result = body.result();
    let reference: Reference = body
        .image
        .parse()
        .map_err(|error| ControlError::body(format!("{error}")).at("image"))?;
    let checked = result.check();
    checked.map_err(|error| ControlError::body(error.to_string()).at("findings"))?;
    let place = body.region.as_ref().map(Region::as_str);
    let id = request.repository_id(body.account, place, body.repository)?;
    let repositories = request.repositories().await?;
    let put = repositories.put_scan_result(&id, &reference, result).await;
    let digest = put.map_err(rejected)?;
    response::json(&ScannedImage {
        repository: id.name.to_string(),
        account: id.account().to_string(),
        region: id.registry.place(),
        digest: digest.to_string(),
    })
}

fn rejected(error: RepositoryError) -> ControlError {
    let (code, member) = match error {
        RepositoryError::Scan(error) => {
            return ControlError::body(format!("{error}: expected a container image")).at("image");
        }
        RepositoryError::RepositoryNotFound(_) => ("REPOSITORY_NOT_FOUND", "repository"),
        RepositoryError::ImageNotFound { .. } => ("IMAGE_NOT_FOUND", "image"),
        error => return ControlError::store(&error),
    };
    let text = format!("{error}: push the image before, or add the result to the configuration");
    ControlError::new(StatusCode::NOT_FOUND, code, text).at(member)
}
