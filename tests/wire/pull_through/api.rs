//! `BatchGetImage` of images of a cache.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::Cache;
use super::upstream::{MANIFEST, Upstream, manifest_text};

fn input(tags: &[&str]) -> Value {
    let ids: Vec<_> = tags.iter().map(|tag| json!({"imageTag": tag})).collect();
    json!({"repositoryName": "quay/team/app", "imageIds": ids})
}

#[tokio::test]
async fn an_image_is_imported_by_its_tag() {
    let upstream = Upstream::with_image().await;
    let cache = Cache::of(&upstream.url()).await;
    let output = cache.output("BatchGetImage", &input(&["1.0", "2.0"])).await;
    assert_eq!(output["images"][0]["imageManifest"], manifest_text(5));
    assert_eq!(output["images"].as_array().unwrap().len(), 1);
    // [ASSUME]: as for a pull through the registry.
    let failures = json!([{"failureCode": "ImageNotFound", "failureReason": "Requested image not found",
        "imageId": {"imageTag": "2.0"}}]);
    assert_eq!(output["failures"], failures);
}

#[tokio::test]
async fn the_failure_of_an_image_has_the_reason_of_the_upstream_registry() {
    // Source of the codes: the enum ImageFailureCode in the service model. The reasons, and when each is returned, are [ASSUME].
    for (status, code, reason) in [
        (
            403,
            "UpstreamAccessDenied",
            "The upstream registry denied access to the requested image",
        ),
        (
            429,
            "UpstreamTooManyRequests",
            "The upstream registry rejected the request because of too many requests",
        ),
        (
            500,
            "UpstreamUnavailable",
            "The upstream registry is unavailable",
        ),
        (404, "ImageNotFound", "Requested image not found"),
    ] {
        let upstream = Upstream::empty().await;
        upstream.add(MANIFEST, ResponseTemplate::new(status)).await;
        let cache = Cache::of(&upstream.url()).await;
        let response = cache.call("BatchGetImage", &input(&["1.0"])).await;
        let body = format!(
            r#"{{"failures":[{{"failureCode":"{code}","failureReason":"{reason}","imageId":{{"imageTag":"1.0"}}}}],"images":[]}}"#
        );
        assert_eq!((response.status(), response.body), (200, body));
    }
    let cache = Cache::start(super::builder()).await;
    let output = cache.output("BatchGetImage", &input(&["1.0"])).await;
    assert_eq!(output["failures"][0]["failureCode"], "UpstreamUnavailable");
}

#[tokio::test]
async fn a_repository_without_a_rule_does_not_exist() {
    let cache = Cache::start(super::builder()).await;
    let input = json!({"repositoryName": "other", "imageIds": [{"imageTag": "1.0"}]});
    let text =
        "The repository with name 'other' does not exist in the registry with id '123456789012'";
    let code = "RepositoryNotFoundException";
    cache
        .assert_error("BatchGetImage", &input, code, text)
        .await;
    let digest = format!("sha256:{}", "a".repeat(64));
    let input = json!({"repositoryName": "quay/team/app", "imageIds": [{"imageDigest": digest}]});
    let text = text.replace("other", "quay/team/app");
    cache
        .assert_error("BatchGetImage", &input, code, &text)
        .await;
}
