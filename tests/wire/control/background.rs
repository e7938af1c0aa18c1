//! `/_mock/background/run`, and the same methods of the handle.

use std::time::Duration;

use mock_ecr::config::{
    RegistryReplication, RegistryScanning, ReplicationDestination, ReplicationRule, ScanFrequency,
    ScanType, SigningRule,
};
use mock_ecr::repository::{BackgroundKind, Image, Repository};
use mock_ecr::{MockEcr, MockEcrBuilder};
use serde_json::{Value, json};

use crate::control::{assert_rejected, fetch_json, post};
use crate::raw::RawRequest;
use crate::signer::Signer;

const PROFILE: &str = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/ecr_a";
const POLICY: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#;

/// Returns a mock that signs, scans and replicates pushes. Its clock is frozen.
fn builder() -> MockEcrBuilder {
    let destination = ReplicationDestination::new("eu-west-1".parse().unwrap());
    let replication = RegistryReplication::new().rule(ReplicationRule::new([destination]));
    MockEcr::builder()
        .frozen()
        .scan_on_push("app")
        .signing_rule(SigningRule::new(PROFILE))
        .registry_replication(replication)
}

async fn push(ecr: &MockEcr, tag: &str) {
    let image = Image::new().layer(format!("the layer of {tag}")).tag(tag);
    ecr.repository("app").push(image).await.unwrap();
}

async fn call(ecr: &MockEcr, operation: &str, input: &str) -> Value {
    let signer = Signer::default().at(ecr.clock().now());
    let call = RawRequest::call(operation).body(input).signed_by(&signer);
    let response = call.to(ecr).await;
    assert_eq!(response.status(), 200, "{operation}: {}", response.body);
    serde_json::from_str(&response.body).unwrap()
}

/// Returns the input of an operation on an image.
fn image(tag: &str, member: &str) -> String {
    format!(r#"{{"repositoryName":"app","{member}":{{"imageTag":"{tag}"}}}}"#)
}

async fn scan_status(ecr: &MockEcr, tag: &str) -> Value {
    let input = image(tag, "imageId");
    let found = call(ecr, "DescribeImageScanFindings", &input).await;
    found["imageScanStatus"]["status"].clone()
}

async fn signing_status(ecr: &MockEcr, tag: &str) -> Value {
    let input = image(tag, "imageId");
    let found = call(ecr, "DescribeImageSigningStatus", &input).await;
    found["signingStatuses"][0]["status"].clone()
}

async fn replication_status(ecr: &MockEcr, tag: &str) -> Value {
    let input = image(tag, "imageId");
    let found = call(ecr, "DescribeImageReplicationStatus", &input).await;
    found["replicationStatuses"][0]["status"].clone()
}

fn replica(ecr: &MockEcr) -> Repository {
    ecr.repository("app").in_region("eu-west-1").unwrap()
}

#[tokio::test]
async fn work_in_the_background_is_finished_at_the_current_time() {
    let ecr = builder().start().await.unwrap();
    let now = ecr.clock().now();
    push(&ecr, "1.0").await;
    assert_eq!(scan_status(&ecr, "1.0").await, "IN_PROGRESS");
    let done = fetch_json(&post("background/run", ""), &ecr).await;
    // The image and its signature are replicated. The copy is neither scanned nor signed: these are settings of the source.
    let expected = json!({
        "backfill": 0, "lifecycle_preview": 0, "replication": 2, "restoration": 0, "scan": 1, "signature": 1,
    });
    assert_eq!(done, expected);
    assert_eq!(scan_status(&ecr, "1.0").await, "COMPLETE");
    assert_eq!(signing_status(&ecr, "1.0").await, "COMPLETE");
    assert_eq!(replication_status(&ecr, "1.0").await, "COMPLETE");
    assert_eq!(replica(&ecr).digests().await.unwrap().len(), 2);
    assert_eq!(ecr.clock().now(), now);
    let images = call(&ecr, "DescribeImages", r#"{"repositoryName":"app"}"#).await;
    for image in images["imageDetails"].as_array().unwrap() {
        assert_eq!(image["imagePushedAt"], 1.448_832_653_241e9, "{image}");
    }

    // Work that begins later, at the same time of the frozen clock, is in progress.
    push(&ecr, "2.0").await;
    assert_eq!(scan_status(&ecr, "2.0").await, "IN_PROGRESS");
    assert_eq!(signing_status(&ecr, "2.0").await, "IN_PROGRESS");
    assert_eq!(replication_status(&ecr, "2.0").await, "IN_PROGRESS");
    // The moved clock does not repeat what was finished.
    ecr.clock().advance(Duration::from_secs(10));
    assert_eq!(signing_status(&ecr, "2.0").await, "COMPLETE");
    let done = ecr.finish_background_work().await.unwrap();
    assert_eq!((done.replication, done.signature, done.scan), (0, 0, 0));
}

#[tokio::test]
async fn only_work_of_the_requested_kinds_is_finished() {
    let ecr = builder().start().await.unwrap();
    push(&ecr, "1.0").await;
    let body = r#"{ "kinds": ["replication"] }"#;
    let done = fetch_json(&post("background/run", body), &ecr).await;
    assert_eq!(done["replication"], 1);
    assert_eq!(done["signature"], 0);
    assert_eq!(replication_status(&ecr, "1.0").await, "COMPLETE");
    assert_eq!(signing_status(&ecr, "1.0").await, "IN_PROGRESS");
    assert_eq!(scan_status(&ecr, "1.0").await, "IN_PROGRESS");
    let done = ecr.finish_background_work_of([BackgroundKind::Scan]).await;
    assert_eq!(done.unwrap().scan, 1);
    assert_eq!(scan_status(&ecr, "1.0").await, "COMPLETE");
    assert_eq!(signing_status(&ecr, "1.0").await, "IN_PROGRESS");
    let wrong = post("background/run", r#"{ "kinds": ["scans"] }"#);
    let wrong = wrong.to(&ecr).await;
    assert_rejected(&wrong, 400, "BAD_BODY", Some("kinds[0]"), "`scan`");
}

#[tokio::test]
async fn the_replications_of_an_image_at_several_times_end() {
    let ecr = builder().start().await.unwrap();
    push(&ecr, "1.0").await;
    ecr.clock().advance(Duration::from_millis(500));
    let image = Image::new().layer("the layer of 1.0").tag("1.1");
    ecr.repository("app").push(image).await.unwrap();
    let done = ecr
        .finish_background_work_of([BackgroundKind::Replication])
        .await;
    assert_eq!(done.unwrap().replication, 2);
    assert_eq!(replication_status(&ecr, "1.0").await, "COMPLETE");
    assert_eq!(replica(&ecr).tags().await.unwrap(), ["1.0", "1.1"]);
}

#[tokio::test]
async fn a_restoration_and_the_work_that_it_begins_are_finished() {
    let ecr = builder().start().await.unwrap();
    push(&ecr, "1.0").await;
    ecr.finish_background_work().await.unwrap();
    let class = |class: &str| {
        format!(
            r#"{{"repositoryName":"app","imageId":{{"imageTag":"1.0"}},"targetStorageClass":"{class}"}}"#
        )
    };
    call(&ecr, "UpdateImageStorageClass", &class("ARCHIVE")).await;
    call(&ecr, "UpdateImageStorageClass", &class("STANDARD")).await;
    let done = ecr.finish_background_work().await.unwrap();
    assert_eq!((done.restoration, done.replication, done.scan), (1, 1, 1));
    assert_eq!(scan_status(&ecr, "1.0").await, "COMPLETE");
    let images = r#"{"repositoryName":"app","imageIds":[{"imageTag":"1.0"}]}"#;
    let described = call(&ecr, "DescribeImages", images).await;
    let image = &described["imageDetails"][0];
    assert_eq!(image["imageStatus"], "ACTIVE");
    assert_eq!(image["lastActivatedAt"], 1.448_832_653_241e9);
    let again = ecr.finish_background_work().await.unwrap();
    assert_eq!((again.restoration, again.scan), (0, 0));
}

#[tokio::test]
async fn a_backfill_is_finished_but_not_forgotten() {
    let ecr = builder().replication_delay(Duration::from_secs(60));
    let ecr = ecr.image("app", Image::new().layer("a").tag("1.0"));
    let ecr = ecr.start().await.unwrap();
    let start = r#"{"destination":{"region":"eu-west-1","registryId":"123456789012"}}"#;
    let started = call(&ecr, "StartReplicationBackfill", start).await;
    let kinds = [BackgroundKind::Backfill];
    let done = ecr.finish_background_work_of(kinds).await.unwrap();
    assert_eq!(done.backfill, 2, "the preparation and one group");
    let id = json!({"replicationBackfillId": started["replicationBackfillId"]});
    let found = call(&ecr, "DescribeReplicationBackfillResults", &id.to_string()).await;
    assert_eq!(found["status"], "COMPLETE");
    assert_eq!(replica(&ecr).tags().await.unwrap(), ["1.0"]);
}

#[tokio::test]
async fn an_enhanced_scan_is_finished_for_one_push() {
    let scanning = RegistryScanning::new(ScanType::Enhanced);
    let scanning = scanning.rule(ScanFrequency::ContinuousScan, ["*".parse().unwrap()]);
    let ecr = MockEcr::builder().frozen().registry_scanning(scanning);
    let ecr = ecr.repository("app").start().await.unwrap();
    let missing = async |tag: &str| {
        let call = RawRequest::call("DescribeImageScanFindings").body(image(tag, "imageId"));
        call.signed()
            .to(&ecr)
            .await
            .body
            .contains("ScanNotFoundException")
    };
    push(&ecr, "1.0").await;
    assert!(missing("1.0").await);
    assert_eq!(ecr.finish_background_work().await.unwrap().scan, 1);
    assert_eq!(scan_status(&ecr, "1.0").await, "ACTIVE");
    assert_eq!(ecr.finish_background_work().await.unwrap().scan, 0);
    push(&ecr, "2.0").await;
    assert!(missing("2.0").await);
    // The same image is scanned again after its deletion, also at the same time of the clock.
    let delete = r#"{"repositoryName":"app","imageIds":[{"imageTag":"1.0"}]}"#;
    call(&ecr, "BatchDeleteImage", delete).await;
    push(&ecr, "1.0").await;
    assert!(missing("1.0").await);
}

#[tokio::test]
async fn a_preview_is_completed_and_a_daily_evaluation_is_not_carried_out() {
    let ecr = MockEcr::builder().frozen().lifecycle_policy("app", POLICY);
    let ecr = ecr.start().await.unwrap();
    push(&ecr, "1.0").await;
    push(&ecr, "2.0").await;
    let app = r#"{"repositoryName":"app"}"#;
    call(&ecr, "StartLifecyclePolicyPreview", app).await;
    let done = ecr.finish_background_work().await.unwrap();
    assert_eq!(done.lifecycle_preview, 1);
    let preview = call(&ecr, "GetLifecyclePolicyPreview", app).await;
    assert_eq!(preview["status"], "COMPLETE");
    assert_eq!(ecr.repository("app").tags().await.unwrap().len(), 2);
}
