//! Uploads of layers, and downloads without a redirect.

use super::{HELLO, Registry, error};

#[tokio::test]
async fn an_upload_begins_with_a_location_and_no_uuid_header() {
    // Source: distribution/distribution#2927, regclient/regclient#81.
    let registry = Registry::ecr().await;
    let begun = registry.send("POST", "/v2/app/blobs/uploads/").await;
    assert_eq!(begun.status(), 202);
    assert!(
        begun
            .header("location")
            .starts_with("/v2/app/blobs/uploads/")
    );
    assert_eq!(begun.header("range"), "0-0");
    assert!(!begun.has("docker-upload-uuid"));
}

#[tokio::test]
async fn the_response_to_a_part_is_201_with_the_range_of_the_first_part() {
    // Source: tart#273 and kitops#822 for 201, aws/containers-roadmap#2831 for the range.
    let registry = Registry::ecr().await;
    let upload = registry.begin().await;
    let part = "a".repeat(5 << 20);
    for (part, range) in [(&part[..], "0-5242879"), ("llo", "0-5242879")] {
        let accepted = registry
            .request("PATCH", &upload)
            .body(part)
            .to(&registry.ecr)
            .await;
        assert_eq!((accepted.status(), accepted.header("range")), (201, range));
        assert_eq!(accepted.header("location"), upload);
    }
    let status = registry.send("GET", &upload).await;
    assert_eq!(status.header("range"), "0-5242879");
    let done = registry
        .send("PUT", &format!("{upload}?digest={LARGE}"))
        .await;
    assert_eq!(done.status(), 201);
    assert_eq!(done.header("docker-content-digest"), LARGE);
    assert_eq!(done.header("location"), format!("/v2/app/blobs/{LARGE}"));
}

#[tokio::test]
async fn a_part_at_a_wrong_offset_is_rejected() {
    // Source: aws/containers-roadmap#2831.
    let registry = Registry::ecr().await;
    let upload = registry.begin().await;
    for (range, status) in [
        ("0-1", 201),
        ("3-4", 416),
        ("0-1", 416),
        ("x", 416),
        ("2-3", 201),
    ] {
        let part = registry
            .request("PATCH", &upload)
            .with("Content-Range", range)
            .body("he");
        assert_eq!(part.to(&registry.ecr).await.status(), status, "{range}");
    }
}

#[tokio::test]
async fn a_layer_can_be_uploaded_with_the_put() {
    // Source: kitops#822.
    let registry = Registry::ecr().await;
    let upload = registry.begin().await;
    let target = format!("{upload}?digest={HELLO}");
    let done = registry
        .request("PUT", &target)
        .body("hello")
        .to(&registry.ecr)
        .await;
    assert_eq!(done.status(), 201);
    let again = registry.send("PUT", &target).await;
    assert_eq!(
        (again.status(), again.error()),
        (404, "BLOB_UPLOAD_UNKNOWN".to_owned())
    );
}

#[tokio::test]
async fn a_layer_of_another_digest_is_rejected_and_not_stored() {
    let registry = Registry::ecr().await;
    let target = format!("/v2/app/blobs/uploads/?digest={HELLO}");
    let rejected = registry
        .request("POST", &target)
        .body("hallo")
        .to(&registry.ecr)
        .await;
    assert_eq!(
        (rejected.status(), rejected.error()),
        (400, "BLOB_UPLOAD_INVALID".to_owned())
    );
    let layer = format!("/v2/app/blobs/{HELLO}");
    assert_eq!(registry.send("HEAD", &layer).await.status(), 404);
    registry.push_hello().await;
    assert_eq!(registry.send("HEAD", &layer).await.status(), 200);
}

#[tokio::test]
async fn head_of_a_layer_returns_its_size_and_digest() {
    // Source: argoproj-labs/argocd-image-updater#216.
    let registry = Registry::ecr().await;
    registry.push_hello().await;
    let head = registry
        .send("HEAD", &format!("/v2/app/blobs/{HELLO}"))
        .await;
    assert_eq!(head.status(), 200);
    assert_eq!(head.header("content-length"), "5");
    assert_eq!(head.header("docker-content-digest"), HELLO);
    assert_eq!(
        head.header("docker-distribution-api-version"),
        "registry/2.0"
    );
}

#[tokio::test]
async fn an_invalid_digest_is_unsupported() {
    // Source of the status and the code: opcr-io/policy#149; the constraint is the model's.
    let registry = Registry::ecr().await;
    let response = registry.send("GET", "/v2/app/blobs/sha256:xyz").await;
    let text = "Invalid parameter at 'layerDigest' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+''";
    assert_eq!(
        (response.status(), response.body),
        (405, error("UNSUPPORTED", text))
    );
}

#[tokio::test]
async fn an_upload_can_be_cancelled() {
    let registry = Registry::ecr().await;
    let upload = registry.begin().await;
    assert_eq!(registry.send("DELETE", &upload).await.status(), 204);
    for method in ["GET", "DELETE", "PATCH"] {
        assert_eq!(
            registry.send(method, &upload).await.status(),
            404,
            "{method}"
        );
    }
    let stranger = "/v2/app/blobs/uploads/..";
    assert_eq!(registry.send("GET", stranger).await.status(), 404);
}

#[tokio::test]
async fn a_layer_cannot_be_deleted() {
    // [ASSUME]
    let registry = Registry::ecr().await;
    registry.push_hello().await;
    let layer = format!("/v2/app/blobs/{HELLO}");
    assert_eq!(registry.send("DELETE", &layer).await.status(), 405);
    assert_eq!(registry.send("HEAD", &layer).await.status(), 200);
}

#[tokio::test]
async fn a_layer_is_mounted_only_if_the_setting_is_enabled_and_an_image_references_it() {
    // Source: aws/containers-roadmap#2860 (2026).
    let target = format!("/v2/other/blobs/uploads/?mount={HELLO}&from=app");
    for (setting, with_image, status) in [(false, true, 202), (true, false, 202), (true, true, 201)]
    {
        let config = format!("blob_mounting = {setting}\n[[repositories]]\nname = 'other'\n");
        let config = mock_ecr::Config::parse(&config).unwrap();
        let registry = Registry::from_builder(mock_ecr::MockEcr::from_config(config)).await;
        registry.push_hello().await;
        if with_image {
            let manifest = format!(r#"{{"layers":[{{"digest":"{HELLO}","size":5}}]}}"#);
            assert_eq!(registry.put("latest", &manifest).await.status(), 201);
        }
        let mounted = registry.send("POST", &target).await;
        assert_eq!(mounted.status(), status, "{setting} {with_image}");
        let there = registry
            .send("HEAD", &format!("/v2/other/blobs/{HELLO}"))
            .await;
        assert_eq!(there.status() == 200, status == 201);
    }
}

/// The digest of 5 MiB of `a` and of `llo`.
const LARGE: &str = "sha256:7f56d85060b25d4e7976db6180c916a4ed8ccbaa0dd855b83f717aeb7f09ae0e";
