//! Repositories and images through the SDK, which parses every member of every response.

use std::time::Duration;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::error::ProvideErrorMetadata as _;
use aws_sdk_ecr::primitives::Blob;
use aws_sdk_ecr::types::{ImageIdentifier, ImageTagMutability, Tag};
use mock_ecr::MockEcr;
use mock_ecr::repository::Image;

const HELLO: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// Starts an empty mock and returns it with a client.
async fn start() -> (MockEcr, Client) {
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    (ecr, client)
}

#[tokio::test]
async fn a_repository_is_created_with_its_settings() {
    let (_ecr, client) = start().await;
    let tag = Tag::builder().key("team").value("blue").build().unwrap();
    let created = client
        .create_repository()
        .repository_name("team/app")
        .image_tag_mutability(ImageTagMutability::Immutable)
        .tags(tag)
        .send()
        .await
        .unwrap();
    let repository = created.repository().unwrap();
    assert_eq!(
        repository.created_at().unwrap().as_secs_f64(),
        1_448_832_653.241
    );
    assert_eq!(
        repository.image_tag_mutability(),
        Some(&ImageTagMutability::Immutable)
    );
    let arn = repository.repository_arn().unwrap();
    let tags = client
        .list_tags_for_resource()
        .resource_arn(arn)
        .send()
        .await
        .unwrap();
    assert_eq!(tags.tags()[0].value(), "blue");
}

#[tokio::test]
async fn repositories_are_listed_with_a_paginator() {
    let (_ecr, client) = start().await;
    for index in 0..7 {
        let name = format!("app-{index}");
        client
            .create_repository()
            .repository_name(name)
            .send()
            .await
            .unwrap();
    }
    let pages = client
        .describe_repositories()
        .into_paginator()
        .page_size(3)
        .items();
    let all = pages.send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let names: Vec<_> = all
        .iter()
        .map(|found| found.repository_name().unwrap())
        .collect();
    assert_eq!(names.len(), 7);
    assert_eq!((names[0], names[6]), ("app-0", "app-6"));
}

/// Uploads the layer `hello`.
async fn upload(client: &Client) {
    let upload = client.initiate_layer_upload().repository_name("app");
    let upload = upload.send().await.unwrap();
    let id = upload.upload_id().unwrap();
    let part = client
        .upload_layer_part()
        .repository_name("app")
        .upload_id(id);
    let part = part.part_first_byte(0).part_last_byte(4);
    part.layer_part_blob(Blob::new("hello"))
        .send()
        .await
        .unwrap();
    let complete = client.complete_layer_upload().repository_name("app");
    let complete = complete.upload_id(id).layer_digests(HELLO);
    complete.send().await.unwrap();
}

#[tokio::test]
async fn an_image_is_uploaded_put_described_and_deleted() {
    let (_ecr, client) = start().await;
    let create = client.create_repository().repository_name("app");
    create.send().await.unwrap();
    upload(&client).await;
    let manifest = format!(r#"{{"layers":[{{"digest":"{HELLO}","size":5}}]}}"#);
    let put = client.put_image().repository_name("app").image_tag("1.0");
    let put = put.image_manifest_media_type("application/vnd.oci.image.manifest.v1+json");
    put.image_manifest(&manifest).send().await.unwrap();

    let one = ImageIdentifier::builder().image_tag("1.0").build();
    let described = client.describe_images().repository_name("app");
    let described = described.image_ids(one.clone()).send().await.unwrap();
    let detail = &described.image_details()[0];
    assert_eq!(detail.image_size_in_bytes(), Some(5));
    assert_eq!(detail.image_tags(), ["1.0"]);
    let pushed = detail.image_pushed_at().unwrap();
    assert_eq!(pushed.as_secs_f64(), 1_448_832_653.241);
    let got = client.batch_get_image().repository_name("app");
    let got = got.image_ids(one.clone()).send().await.unwrap();
    assert_eq!(got.images()[0].image_manifest(), Some(&manifest[..]));

    let delete = client.batch_delete_image().repository_name("app");
    let deleted = delete.image_ids(one.clone()).send().await.unwrap();
    assert!(deleted.failures().is_empty());
    let gone = client.describe_images().repository_name("app");
    let gone = gone.image_ids(one).send().await.unwrap_err();
    assert_eq!(gone.code(), Some("ImageNotFoundException"));
}

#[tokio::test]
async fn an_image_pushed_in_code_is_returned_by_the_api() {
    let (ecr, client) = start().await;
    let app = ecr.create_repository("team/app").await.unwrap();
    let image = Image::new().layer("hello").tag("1.0").tag("latest");
    let digest = app.push(image).await.unwrap();

    let described = client.describe_images().repository_name("team/app");
    let described = described.send().await.unwrap();
    let [detail] = described.image_details() else {
        panic!("{described:?}");
    };
    assert_eq!(detail.image_digest(), Some(digest.as_str()));
    assert_eq!(detail.image_tags(), ["1.0", "latest"]);
    let id = ImageIdentifier::builder().image_tag("1.0").build();
    let got = client.batch_get_image().repository_name("team/app");
    let got = got.image_ids(id).send().await.unwrap();
    let manifest = got.images()[0].image_manifest().unwrap();
    assert_eq!(app.manifest("1.0").await.unwrap(), manifest.as_bytes());
}

#[tokio::test]
async fn the_time_of_a_pull_is_recorded_once_in_24_hours() {
    // Source: the documentation of `lastRecordedPullTime` in the service model.
    let (ecr, client) = start().await;
    let app = ecr.repository("app");
    app.push(Image::new().layer("hello").tag("1.0"))
        .await
        .unwrap();
    let recorded = async || {
        let described = client.describe_images().repository_name("app");
        let described = described.send().await.unwrap();
        let time = described.image_details()[0].last_recorded_pull_time();
        time.map(|time| time.as_secs_f64())
    };
    let pull = async || {
        let id = ImageIdentifier::builder().image_tag("1.0").build();
        let got = client.batch_get_image().repository_name("app");
        got.image_ids(id).send().await.unwrap();
    };
    assert_eq!(recorded().await, None);
    pull().await;
    let first = recorded().await;
    assert!(first.is_some());
    ecr.clock().advance(Duration::from_secs(24 * 3600 - 1));
    pull().await;
    assert_eq!(recorded().await, first);
    ecr.clock().advance(Duration::from_secs(1));
    pull().await;
    assert_eq!(recorded().await, first.map(|time| time + 24.0 * 3600.0));
}
