//! Basic scans.

use std::error::Error as _;
use std::time::Duration;

use mock_ecr::config::{RegistryScanning, ScanFrequency, ScanType};
use mock_ecr::repository::{Image, ScanResult};
use mock_ecr::{MockEcr, Preserve};

use super::{Api, DAY, RESULT, SCAN, image};
use crate::control::{assert_rejected, post};

#[tokio::test]
async fn a_basic_scan_ends_by_the_clock_with_its_findings() {
    // Source of the shape: the example of DescribeImageScanFindings in the AWS CLI.
    let api = Api::with_config(RESULT).await;
    let digest = api.push("1.0").await;
    api.assert_no_scan("1.0").await;
    let image_id = format!(r#""imageId":{{"imageDigest":"{digest}","imageTag":"1.0"}}"#);
    let repository = r#""registryId":"123456789012","repositoryName":"app""#;
    let running =
        format!(r#"{{{image_id},"imageScanStatus":{{"status":"IN_PROGRESS"}},{repository}}}"#);
    assert_eq!(api.start_scan("1.0").await, running);
    api.0.clock().advance(SCAN - Duration::from_millis(1));
    let describe = image("1.0", "");
    assert_eq!(
        api.output("DescribeImageScanFindings", &describe).await,
        running
    );

    api.0.clock().advance(Duration::from_millis(1));
    let attribute = |key: &str, value: &str| format!(r#"{{"key":"{key}","value":"{value}"}}"#);
    let attributes = |pairs: &[(&str, &str)]| {
        let attributes: Vec<_> = pairs
            .iter()
            .map(|(key, value)| attribute(key, value))
            .collect();
        attributes.join(",")
    };
    let high = attributes(&[
        ("package_version", "2.9.14"),
        ("package_name", "libxml2"),
        ("CVSS3_SCORE", "8.1"),
    ]);
    let medium = attributes(&[
        ("package_version", "1.44.1-1ubuntu1.1"),
        ("package_name", "e2fsprogs"),
        ("CVSS3_VECTOR", "CVSS:3.1/AV:L"),
        ("CVSS3_SCORE", "4.6"),
    ]);
    let counts = r#""findingSeverityCounts":{"HIGH":1,"MEDIUM":1}"#;
    let findings = format!(
        r#""findings":[{{"attributes":[{high}],"name":"CVE-2022-49043","severity":"HIGH"}},{{"attributes":[{medium}],"description":"A code execution vulnerability.","name":"CVE-2019-5188","severity":"MEDIUM","uri":"http://example.com/CVE-2019-5188"}}]"#
    );
    let times =
        r#""imageScanCompletedAt":1.448832656241E9,"vulnerabilitySourceUpdatedAt":1.4487552E9"#;
    let status = r#""imageScanStatus":{"description":"The scan was completed successfully.","status":"COMPLETE"}"#;
    let expected = format!(
        r#"{{{image_id},"imageScanFindings":{{{counts},{findings},{times}}},{status},{repository}}}"#
    );
    assert_eq!(
        api.output("DescribeImageScanFindings", &describe).await,
        expected
    );

    let by_digest = format!(r#"{{"repositoryName":"app","imageId":{{"imageDigest":"{digest}"}}}}"#);
    let described = api.output("DescribeImageScanFindings", &by_digest).await;
    assert!(described.starts_with(&format!(r#"{{"imageId":{{"imageDigest":"{digest}"}},"#)));
}

/// The example of the AWS API is at 21:30 in UTC.
#[tokio::test]
async fn the_scans_of_a_registry_are_limited_in_a_day() {
    let config = "quotas.scans_per_day = 2\n[[repositories]]\nname = 'app'\nscan_on_push = true";
    let api = Api::with_config(config).await;
    for tag in ["1.0", "2.0", "3.0"] {
        api.push(tag).await;
    }
    assert_eq!(api.status("2.0").await, "IN_PROGRESS");
    api.assert_no_scan("3.0").await;
    let text = "The scan quota per registry has been exceeded. Wait and try again.";
    let (input, code) = (image("3.0", ""), "LimitExceededException");
    api.assert_error("StartImageScan", &input, code, text).await;
    let midnight = Duration::from_millis(8_946_759);
    api.0.clock().advance(midnight - Duration::from_millis(1));
    api.assert_error("StartImageScan", &input, code, text).await;
    api.0.clock().advance(Duration::from_millis(1));
    api.start_scan("3.0").await;
}

#[tokio::test]
async fn an_image_is_scanned_once_in_24_hours() {
    // Source of the text: five reports from 2021 to 2026.
    // The clock is moved further than signatures are valid.
    let config = "auth = 'lenient'\n[[repositories]]\nname = 'app'\n";
    let api = Api::with_config(config).await;
    api.push("1.0").await;
    api.start_scan("1.0").await;
    let text = "The scan quota per image has been exceeded. Wait and try again.";
    let rejected = || {
        let input = image("1.0", "");
        let api = &api;
        async move {
            let code = "LimitExceededException";
            api.assert_error("StartImageScan", &input, code, text).await;
        }
    };
    rejected().await;
    api.0.clock().advance(DAY - Duration::from_millis(1));
    rejected().await;
    assert_eq!(api.status("1.0").await, "COMPLETE");
    api.0.clock().advance(Duration::from_millis(1));
    api.start_scan("1.0").await;
    assert_eq!(api.status("1.0").await, "IN_PROGRESS");
    rejected().await;
}

#[tokio::test]
async fn a_push_starts_a_scan_if_the_registry_or_the_repository_has_scans_on_push() {
    let api = Api::start().await;
    api.push("none").await;
    api.assert_no_scan("none").await;
    api.put_rules("BASIC", &[("MANUAL", "*")]).await;
    api.push("manual").await;
    api.assert_no_scan("manual").await;

    let put = r#"{"imageScanningConfiguration":{"scanOnPush":true},"repositoryName":"app"}"#;
    api.output("PutImageScanningConfiguration", put).await;
    api.push("repository").await;
    assert_eq!(api.status("repository").await, "IN_PROGRESS");
    let put = put.replace("true", "false");
    api.output("PutImageScanningConfiguration", &put).await;
    api.put_rules("BASIC", &[("SCAN_ON_PUSH", "pp")]).await;
    api.push("registry").await;
    assert_eq!(api.status("registry").await, "IN_PROGRESS");

    // The scan is counted by the quota.
    let text = "The scan quota per image has been exceeded. Wait and try again.";
    let input = image("registry", "");
    api.assert_error("StartImageScan", &input, "LimitExceededException", text)
        .await;

    // [ASSUME]: the push of an image that was deleted starts another scan.
    api.0.clock().advance(SCAN);
    assert_eq!(api.status("registry").await, "COMPLETE");
    let delete = r#"{"repositoryName":"app","imageIds":[{"imageTag":"registry"}]}"#;
    api.output("BatchDeleteImage", delete).await;
    api.push("registry").await;
    assert_eq!(api.status("registry").await, "IN_PROGRESS");
}

#[tokio::test]
async fn images_of_the_configuration_are_scanned_on_push_also_after_a_reset() {
    let rule = (ScanFrequency::ScanOnPush, ["app".parse().unwrap()]);
    let registry = RegistryScanning::new(ScanType::Basic).rule(rule.0, rule.1);
    let by_repository = MockEcr::builder().scan_on_push("app");
    let by_registry = MockEcr::builder().registry_scanning(registry);
    for builder in [by_repository, by_registry] {
        let image = Image::new().layer("a layer").tag("1.0");
        let builder = builder.frozen().image("app", image).scan_duration(SCAN);
        let api = Api(builder.start().await.unwrap());
        api.0.clock().advance(SCAN);
        assert_eq!(api.status("1.0").await, "COMPLETE");
        api.put_rules("ENHANCED", &[]).await;
        api.0.reset(Preserve::Nothing).await.unwrap();
        assert_eq!(api.status("1.0").await, "IN_PROGRESS");
    }
}

#[tokio::test]
async fn an_index_cannot_be_scanned() {
    // The text is [ASSUME].
    let api = Api::start().await;
    api.put_rules("BASIC", &[("SCAN_ON_PUSH", "*")]).await;
    let digest = api.push("1.0").await;
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{digest}","size":1}}]}}"#
    );
    let index = index.replace('"', "\\\"");
    let put = format!(r#"{{"repositoryName":"app","imageTag":"index","imageManifest":"{index}"}}"#);
    api.output("PutImage", &put).await;
    api.assert_no_scan("index").await;
    let (code, text) = (
        "UnsupportedImageTypeException",
        "The image is of a type that cannot be scanned.",
    );
    api.assert_error("StartImageScan", &image("index", ""), code, text)
        .await;
    // A result would never be read.
    let text = "the image is an index or an artifact, which cannot be scanned";
    let app = api.0.repository("app");
    let error = app.set_scan_result("index", ScanResult::default()).await;
    let error = error.unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), text);
    let body = r#"{ "repository": "app", "image": "index" }"#;
    let set = post("scan-results", body).to(&api.0).await;
    assert_rejected(&set, 400, "BAD_BODY", Some("image"), text);
}

#[tokio::test]
async fn an_image_that_does_not_exist_is_an_error() {
    let api = Api::start().await;
    for operation in ["StartImageScan", "DescribeImageScanFindings"] {
        let text = "The image with imageId {imageDigest:'null', imageTag:'none'} does not exist within the repository with name 'app' in the registry with id '123456789012'";
        let code = "ImageNotFoundException";
        api.assert_error(operation, &image("none", ""), code, text)
            .await;
        let input = r#"{"repositoryName":"app","imageId":{}}"#;
        let text = "Invalid parameter at 'imageId' failed to satisfy constraint: 'Invalid image identifier'";
        api.assert_error(operation, input, "InvalidParameterException", text)
            .await;
        let input = r#"{"repositoryName":"none","imageId":{"imageTag":"1.0"}}"#;
        let text =
            "The repository with name 'none' does not exist in the registry with id '123456789012'";
        api.assert_error(operation, input, "RepositoryNotFoundException", text)
            .await;
    }
}
