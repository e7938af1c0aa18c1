//! Pushes that exceed a quota. The table in `domain/rejection/` has the sources.

use mock_ecr::MockEcr;
use mock_ecr::config::Dialect;
use mock_ecr::repository::{Image, RepositoryError};

use super::{Registry, error};
use crate::image::{IMAGE, OTHER_IMAGE};
use crate::raw::RawRequest;

const IMAGES: &str = "The repository with name 'app' in registry with id '123456789012' already has the maximum allowed number of images which is '1'";
const TAGS: &str = "Adding tag 'b' to an image in the repository with name 'app' in registry with id '123456789012' exceeds the maximum allowed number of tags per image which is '1'";
const REPOSITORIES: &str = "The registry with id '123456789012' already has the maximum allowed number of repositories which is '1'";

#[tokio::test]
async fn an_image_that_exceeds_the_quota_is_denied() {
    let registry = Registry::from_builder(MockEcr::builder().image_quota(1)).await;
    assert_eq!(registry.put("a", IMAGE).await.status(), 201);
    let denied = registry.put("a", OTHER_IMAGE).await;
    assert_eq!(
        (denied.status(), denied.body),
        (403, error("DENIED", IMAGES))
    );
    assert_eq!(registry.put("a", IMAGE).await.status(), 201);
    assert_eq!(registry.put("b", IMAGE).await.status(), 201);
}

#[tokio::test]
async fn a_tag_that_exceeds_the_quota_is_denied() {
    let registry = Registry::from_builder(MockEcr::builder().tag_quota(1)).await;
    assert_eq!(registry.put("a", IMAGE).await.status(), 201);
    let denied = registry.put("b", IMAGE).await;
    assert_eq!((denied.status(), denied.body), (403, error("DENIED", TAGS)));
    assert_eq!(registry.put("a", IMAGE).await.status(), 201);
}

/// The quota of ECR is the default.
#[tokio::test]
async fn an_image_has_at_most_1000_tags() {
    let tags = (0..1000).fold(Image::new().layer("hello"), |image, number| {
        image.tag(format!("tag-{number}"))
    });
    for (dialect, status) in [(Dialect::Ecr, 403), (Dialect::Oci, 201)] {
        let builder = MockEcr::builder().dialect(dialect);
        let registry = Registry::from_builder(builder.image("app", tags.clone())).await;
        let app = registry.ecr.repository("app");
        let manifest = String::from_utf8(app.manifest("tag-0").await.unwrap()).unwrap();
        assert_eq!(registry.put("tag-0", &manifest).await.status(), 201);
        assert_eq!(registry.put("more", &manifest).await.status(), status);
    }
}

#[tokio::test]
async fn a_push_that_would_create_a_repository_over_the_quota_is_denied() {
    let builder = MockEcr::builder().repository_quota(1).create_on_push();
    let registry = Registry::from_builder(builder).await;
    let denied = registry.send("POST", "/v2/new/blobs/uploads/").await;
    assert_eq!(
        (denied.status(), denied.body),
        (403, error("DENIED", REPOSITORIES))
    );
    let created = registry.ecr.create_repository("new").await;
    let error = created.unwrap_err();
    assert!(
        matches!(error, RepositoryError::QuotaReached(_)),
        "{error:?}"
    );
    assert_eq!(
        format!("{error:?}"),
        "a quota is reached: the repository arn:aws:ecr:us-east-1:123456789012:repository/new cannot be created because its registry has reached its quota of repositories, 1: delete repositories, or increase quotas.repositories"
    );
}

#[tokio::test]
async fn a_quota_that_the_configuration_sets_applies_in_the_dialect_oci() {
    let builder = MockEcr::builder().dialect(Dialect::Oci).image_quota(0);
    let registry = Registry::from_builder(builder).await;
    let denied = registry.put("a", IMAGE).await;
    assert_eq!(
        (denied.status(), denied.error()),
        (403, "DENIED".to_owned())
    );
    assert!(
        denied.body.contains("quotas.images_per_repository"),
        "{}",
        denied.body
    );
}

#[tokio::test]
async fn the_api_rejects_what_exceeds_a_quota() {
    let builder = MockEcr::builder().image_quota(1).tag_quota(1);
    let registry = Registry::from_builder(builder.repository_quota(1)).await;
    assert_eq!(registry.put("a", IMAGE).await.status(), 201);
    let put = |tag: &str, manifest: &str| {
        let manifest = manifest.replace('"', "\\\"");
        format!(
            r#"{{"repositoryName":"app","imageTag":"{tag}","imageManifest":"{manifest}","imageManifestMediaType":"application/vnd.oci.image.manifest.v1+json"}}"#
        )
    };
    for (operation, input, message) in [
        ("PutImage", put("a", OTHER_IMAGE), IMAGES),
        ("PutImage", put("b", IMAGE), TAGS),
        (
            "CreateRepository",
            r#"{"repositoryName":"new"}"#.to_owned(),
            REPOSITORIES,
        ),
    ] {
        let call = RawRequest::call(operation).body(input).signed();
        let rejected = call.to(&registry.ecr).await;
        let body = format!(r#"{{"__type":"LimitExceededException","message":"{message}"}}"#);
        assert_eq!((rejected.status(), rejected.body), (400, body));
    }
}
