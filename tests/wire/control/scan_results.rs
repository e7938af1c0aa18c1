//! `/_mock/scan-results`.

use std::time::Duration;

use mock_ecr::MockEcr;
use mock_ecr::repository::Image;
use serde_json::json;

use crate::control::{assert_rejected, fetch_json, post};
use crate::raw::{RawRequest, frozen_mock};

async fn mock_with_image() -> (MockEcr, String) {
    let ecr = frozen_mock().await;
    let image = Image::new().layer("a layer").tag("1.0");
    let digest = ecr.repository("team/app").push(image).await.unwrap();
    (ecr, digest.to_string())
}

#[tokio::test]
async fn the_result_of_an_image_is_set() {
    let (ecr, digest) = mock_with_image().await;
    let image = r#"{"repositoryName":"team/app","imageId":{"imageTag":"1.0"}}"#;
    let call = async |operation| {
        let call = RawRequest::call(operation).body(image).signed();
        call.to(&ecr).await
    };
    assert_eq!(call("StartImageScan").await.status(), 200);
    ecr.clock().advance(Duration::from_secs(3));

    let finding = r#"{ "name": "CVE-2022-49043", "severity": "HIGH", "package": "libxml2", "version": "2.9.14", "score": 8.1 }"#;
    let body =
        format!(r#"{{ "repository": "team/app", "image": "1.0", "findings": [{finding}] }}"#);
    let set = fetch_json(&post("scan-results", &body), &ecr).await;
    let expected = json!({
        "repository": "team/app", "account": "123456789012", "region": "us-east-1", "digest": digest,
    });
    assert_eq!(set, expected);
    let described = call("DescribeImageScanFindings").await.body;
    let counts = r#""findingSeverityCounts":{"HIGH":1}"#;
    assert!(described.contains(counts), "{described}");

    let body =
        format!(r#"{{ "repository": "team/app", "image": "{digest}", "status": "FAILED" }}"#);
    fetch_json(&post("scan-results", &body), &ecr).await;
    let described = call("DescribeImageScanFindings").await.body;
    assert!(described.contains(r#""status":"FAILED""#), "{described}");
}

#[tokio::test]
async fn an_unknown_image_and_an_invalid_result_are_rejected() {
    let (ecr, _) = mock_with_image().await;
    let finding = r#"{ "name": "A", "severity": "LOW" }"#;
    for (members, status, code, at, text) in [
        (
            r#""repository": "none", "image": "1.0""#,
            404,
            "REPOSITORY_NOT_FOUND",
            "repository",
            "none",
        ),
        (
            r#""repository": "team/app", "image": "2.0""#,
            404,
            "IMAGE_NOT_FOUND",
            "image",
            "2.0",
        ),
        (
            r#""repository": "team/app", "image": "1.0", "region": "eu-west-1""#,
            404,
            "REPOSITORY_NOT_FOUND",
            "repository",
            "eu-west-1",
        ),
        (
            r#""repository": "team/app", "image": "a b""#,
            400,
            "BAD_BODY",
            "image",
            "a b",
        ),
        (
            r#""repository": "team/app", "image": "1.0", "status": "DONE""#,
            400,
            "BAD_BODY",
            "status",
            "unknown variant `DONE`",
        ),
        (
            &format!(
                r#""repository": "team/app", "image": "1.0", "findings": [{finding}, {finding}]"#
            ),
            400,
            "BAD_BODY",
            "findings",
            "A occurs twice",
        ),
    ] {
        let response = post("scan-results", &format!("{{ {members} }}"))
            .to(&ecr)
            .await;
        assert_rejected(&response, status, code, Some(at), text);
    }
}

/// The image expires before the result is set.
#[tokio::test]
async fn work_that_is_due_is_done_before_a_result_is_set() {
    let (ecr, _) = mock_with_image().await;
    let policy = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":1},"action":{"type":"expire"}}]}"#;
    let repository = ecr.repository("team/app");
    repository.set_lifecycle_policy(policy).await.unwrap();
    ecr.clock().advance(Duration::from_secs(2 * 24 * 3600));
    let body = r#"{ "repository": "team/app", "image": "1.0", "status": "FAILED" }"#;
    let set = post("scan-results", body).to(&ecr).await;
    assert_rejected(&set, 404, "IMAGE_NOT_FOUND", Some("image"), "1.0");
}

#[tokio::test]
async fn a_finding_with_long_texts_is_rejected() {
    let (ecr, _) = mock_with_image().await;
    let name = "a".repeat(1001);
    let body = format!(
        r#"{{ "repository": "team/app", "image": "1.0", "findings": [{{ "name": "{name}", "severity": "LOW" }}] }}"#
    );
    let set = post("scan-results", &body).to(&ecr).await;
    let text = "more than 1,000 characters";
    assert_rejected(&set, 400, "BAD_BODY", Some("findings"), text);
}
