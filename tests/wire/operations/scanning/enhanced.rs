//! Enhanced scanning.

use serde_json::Value;

use super::{Api, RESULT, SCAN, image};

#[tokio::test]
async fn a_registry_with_enhanced_scanning_has_scans_of_amazon_inspector() {
    // Sources: alexjurkiewicz/ecr-scan-image#44 (2024) for the error, aws/deep-learning-containers for the description, a report of 2026 for
    // the first minute after a push.
    let api = Api::with_config(RESULT).await;
    api.put_rules(
        "ENHANCED",
        &[("CONTINUOUS_SCAN", "app"), ("SCAN_ON_PUSH", "*")],
    )
    .await;
    let digest = api.push("1.0").await;
    let (code, text) = ("ValidationException", "This feature is disabled");
    api.assert_error("StartImageScan", &image("1.0", ""), code, text)
        .await;
    api.assert_no_scan("1.0").await;
    api.0.clock().advance(SCAN);

    let found = api.findings("1.0").await;
    let status = serde_json::json!({
        "description": "Continuous scan is selected for image.", "status": "ACTIVE",
    });
    assert_eq!(found["imageScanStatus"], status);
    let findings = &found["imageScanFindings"];
    assert_eq!(findings["findings"], Value::Null);
    assert_eq!(findings["enhancedFindings"].as_array().unwrap().len(), 2);
    let output = api
        .output(
            "DescribeImageScanFindings",
            &image("1.0", r#","maxResults":1"#),
        )
        .await;
    let start = output.find(r#""enhancedFindings":["#).unwrap();
    let end = output.find(r#"],"findingSeverityCounts""#).unwrap();
    assert_eq!(&output[start..end], enhanced_finding(&digest));

    // Basic scans are available again after a change back, and those of the other type are not.
    api.put_rules("BASIC", &[]).await;
    api.assert_no_scan("1.0").await;
}

/// Returns the finding of high severity in [`RESULT`]. Source of the shape: the service model, and an example in the user guide of ECR.
fn enhanced_finding(digest: &str) -> String {
    let package = r#"{"arch":"AMD64","epoch":0,"fixedInVersion":"2.11.0","name":"libxml2","packageManager":"OS","version":"2.9.14"}"#;
    let cvss = r#"{"baseScore":8.1,"scoringVector":"","source":"NVD","version":"3.1"}"#;
    let vulnerability = format!(
        r#"{{"cvss":[{cvss}],"referenceUrls":[],"relatedVulnerabilities":[],"source":"DEBIAN_CVE","vendorCreatedAt":1.4487552E9,"vendorSeverity":"not yet assigned","vendorUpdatedAt":1.4487552E9,"vulnerabilityId":"CVE-2022-49043","vulnerablePackages":[{package}]}}"#
    );
    let details = format!(
        r#"{{"awsEcrContainerImage":{{"architecture":"amd64","imageHash":"{digest}","imageTags":["1.0"],"inUseCount":0,"platform":"DEBIAN_12","pushedAt":1.448832653241E9,"registry":"123456789012","repositoryName":"app"}}}}"#
    );
    let resource = format!(
        r#"{{"details":{details},"id":"arn:aws:ecr:us-east-1:123456789012:repository/app/{digest}","tags":{{}},"type":"AWS_ECR_CONTAINER_IMAGE"}}"#
    );
    let score = r#""score":8.1,"scoreDetails":{"cvss":{"adjustments":[],"score":8.1,"scoreSource":"NVD","scoringVector":"","version":"3.1"}}"#;
    let observed = "1.448832656241E9";
    format!(
        r#""enhancedFindings":[{{"awsAccountId":"123456789012","description":"","exploitAvailable":"YES","findingArn":"arn:aws:inspector2:us-east-1:123456789012:finding/4629e800805bb3f2c31bd5683b0820e7","firstObservedAt":{observed},"fixAvailable":"YES","lastObservedAt":{observed},"packageVulnerabilityDetails":{vulnerability},"remediation":{{"recommendation":{{"text":"None Provided"}}}},"resources":[{resource}],{score},"severity":"HIGH","status":"ACTIVE","title":"CVE-2022-49043 - libxml2","type":"PACKAGE_VULNERABILITY","updatedAt":{observed}}}"#
    )
}

#[tokio::test]
async fn describe_images_has_the_scans_of_amazon_inspector_only() {
    // Source: the documentation of DescribeImages in the service model.
    let api = Api::with_config(RESULT).await;
    api.push("1.0").await;
    api.start_scan("1.0").await;
    api.0.clock().advance(SCAN);
    let describe = || api.output("DescribeImages", r#"{"repositoryName":"app"}"#);
    let basic = describe().await;
    assert!(!basic.contains("imageScan"), "{basic}");
    api.put_rules("ENHANCED", &[("CONTINUOUS_SCAN", "*")]).await;
    api.0.clock().advance(SCAN);
    let summary = r#","imageScanFindingsSummary":{"findingSeverityCounts":{"HIGH":1,"MEDIUM":1},"imageScanCompletedAt":1.448832659241E9,"vulnerabilitySourceUpdatedAt":1.4487552E9},"imageScanStatus":{"description":"Continuous scan is selected for image.","status":"ACTIVE"},"imageSizeInBytes":"#;
    let enhanced = describe().await;
    assert!(enhanced.contains(summary), "{enhanced}");
}
