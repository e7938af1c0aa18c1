//! Archived and restored images: their status in outputs, and that they cannot be pulled.
//!
//! Sources: the service model, and the user guide of Amazon ECR, `archive-image.html`. The texts of errors are `[ASSUME]`.

use std::time::Duration;

use super::Api;
use crate::image::{IMAGE, IMAGE_DIGEST, OCI_INDEX};
use crate::raw::RawRequest;

const ARCHIVED: &str = r#"{"repositoryName":"app","filter":{"imageStatus":"ARCHIVED"}}"#;

async fn update(api: &Api, image: &str, class: &str) -> String {
    let input = input(image, class);
    api.output("UpdateImageStorageClass", &input).await
}

fn input(image: &str, class: &str) -> String {
    format!(r#"{{"repositoryName":"app","imageId":{image},"targetStorageClass":"{class}"}}"#)
}

const TAG: &str = r#"{"imageTag":"latest"}"#;

/// Returns the status of a pull from the registry.
async fn pull(api: &Api, method: &'static str) -> (u16, String) {
    let token = api.0.issue_token();
    let pull = RawRequest::new(method, "/v2/app/manifests/latest").with_token(&token);
    let response = pull.to(&api.0).await;
    (response.status(), response.body)
}

async fn api() -> Api {
    let api = Api::start().await;
    api.put("latest", IMAGE).await;
    api
}

#[tokio::test]
async fn an_image_is_archived_and_restored() {
    let api = api().await;
    api.0.clock().advance(Duration::from_secs(1));
    let output = |id: &str, status: &str| {
        format!(
            r#"{{"imageId":{id},"imageStatus":"{status}","registryId":"123456789012","repositoryName":"app"}}"#
        )
    };
    let both = format!(r#"{{"imageDigest":"{IMAGE_DIGEST}","imageTag":"latest"}}"#);
    assert_eq!(
        update(&api, TAG, "ARCHIVE").await,
        output(&both, "ARCHIVED")
    );
    let app = r#"{"repositoryName":"app"}"#;
    let described = api.output("DescribeImages", app).await;
    assert_eq!(described, r#"{"imageDetails":[]}"#);
    assert_eq!(api.output("ListImages", app).await, r#"{"imageIds":[]}"#);
    let described = api.output("DescribeImages", ARCHIVED).await;
    let archived_at =
        r#""imageStatus":"ARCHIVED","imageTags":["latest"],"lastArchivedAt":1.448832654241E9,"#;
    assert!(described.contains(archived_at), "{described}");
    let listed = api.output("ListImages", ARCHIVED).await;
    assert_eq!(listed, format!(r#"{{"imageIds":[{both}]}}"#));

    let digest = format!(r#"{{"imageDigest":"{IMAGE_DIGEST}"}}"#);
    let restored = update(&api, &digest, "STANDARD").await;
    assert_eq!(restored, output(&digest, "ACTIVATING"));
    let activating = ARCHIVED.replace("ARCHIVED", "ACTIVATING");
    let listed = api.output("ListImages", &activating).await;
    assert_eq!(listed, format!(r#"{{"imageIds":[{both}]}}"#));
    assert_eq!(pull(&api, "GET").await.0, 404);
    api.0.clock().advance(Duration::from_secs(3600));
    assert_eq!(pull(&api, "GET").await, (200, IMAGE.to_owned()));
    let described = api.output("DescribeImages", app).await;
    let times = r#""lastActivatedAt":1.448832655241E9,"lastArchivedAt":1.448832654241E9,"#;
    assert!(described.contains(times), "{described}");
    assert!(
        described.contains(r#""imageStatus":"ACTIVE""#),
        "{described}"
    );
}

#[tokio::test]
async fn an_archived_image_cannot_be_pulled() {
    let api = api().await;
    update(&api, TAG, "ARCHIVE").await;
    let (status, body) = pull(&api, "GET").await;
    let error = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"Requested image not found"}]}"#;
    assert_eq!((status, body.trim_end()), (404, error));
    assert_eq!(pull(&api, "HEAD").await.0, 404);
    let get = format!(r#"{{"repositoryName":"app","imageIds":[{TAG}]}}"#);
    let got = api.output("BatchGetImage", &get).await;
    let failure = format!(
        r#"{{"failures":[{{"failureCode":"ImageInaccessible","failureReason":"Requested image is archived or being restored","imageId":{TAG}}}],"images":[]}}"#
    );
    assert_eq!(got, failure);
}

#[tokio::test]
async fn a_push_restores_an_archived_image() {
    let api = api().await;
    update(&api, TAG, "ARCHIVE").await;
    let put = api.put("latest", IMAGE).await;
    assert!(put.contains(IMAGE_DIGEST), "{put}");
    assert_eq!(pull(&api, "GET").await.0, 200);
}

#[tokio::test]
async fn an_update_that_is_not_possible_is_rejected() {
    let api = api().await;
    let code = "ImageStorageClassUpdateNotSupportedException";
    let operation = "UpdateImageStorageClass";
    let status = |status: &str| {
        format!("The storage class of the image cannot be updated: the image is {status}")
    };
    let restore = input(TAG, "STANDARD");
    api.assert_error(operation, &restore, code, &status("ACTIVE"))
        .await;
    let index =
        format!(r#"{{"mediaType":"{OCI_INDEX}","manifests":[{{"digest":"{IMAGE_DIGEST}"}}]}}"#);
    let put = format!(
        r#"{{"repositoryName":"app","imageTag":"index","imageManifest":{},"imageManifestMediaType":"{OCI_INDEX}"}}"#,
        serde_json::to_string(&index).unwrap()
    );
    let put = api.output("PutImage", &put).await;
    let put: serde_json::Value = serde_json::from_str(&put).unwrap();
    let digest = put["image"]["imageId"]["imageDigest"].as_str().unwrap();
    let listed = format!("Requested image referenced by manifest list: [{digest}]");
    let archive = input(TAG, "ARCHIVE");
    api.assert_error(operation, &archive, code, &listed).await;
    update(&api, r#"{"imageTag":"index"}"#, "ARCHIVE").await;
    update(&api, TAG, "ARCHIVE").await;
    api.assert_error(operation, &archive, code, &status("ARCHIVED"))
        .await;
    let missing = "The image with imageId {imageDigest:'null', imageTag:'x'} does not exist within the repository with name 'app' in the registry with id '123456789012'";
    let input = input(r#"{"imageTag":"x"}"#, "ARCHIVE");
    api.assert_error(operation, &input, "ImageNotFoundException", missing)
        .await;
}

#[tokio::test]
async fn without_a_duration_an_image_is_restored_at_once() {
    let config = "[background]\nrestore_duration = '0s'\n[[repositories]]\nname = 'app'\n";
    let api = Api::with_config(config).await;
    api.put("latest", IMAGE).await;
    update(&api, TAG, "ARCHIVE").await;
    let restored = update(&api, TAG, "STANDARD").await;
    assert!(restored.contains(r#""imageStatus":"ACTIVE""#), "{restored}");
}

#[tokio::test]
async fn an_archived_image_cannot_be_scanned() {
    let api = api().await;
    update(&api, TAG, "ARCHIVE").await;
    let scan = format!(r#"{{"repositoryName":"app","imageId":{TAG}}}"#);
    let message = "The specified image is archived and cannot be scanned.";
    let (operation, code) = ("StartImageScan", "ImageArchivedException");
    api.assert_error(operation, &scan, code, message).await;
    update(&api, TAG, "STANDARD").await;
    api.assert_error(operation, &scan, code, message).await;
    api.0.clock().advance(Duration::from_secs(1));
    let started = api.output(operation, &scan).await;
    assert!(started.contains(r#""status":"IN_PROGRESS""#), "{started}");
}
