//! The scanning of images.

use std::time::Duration;

use mock_ecr::config::{RegistryScanning, ScanFrequency, ScanType};
use mock_ecr::repository::{Finding, FindingSeverity, Image, ScanResult, ScanStatus};
use mock_ecr::{MockEcr, Preserve};
use serde_json::Value;

use super::Api;
use crate::raw::RawRequest;
use crate::signer::Signer;

const DAY: Duration = Duration::from_secs(24 * 3600);
const SCAN: Duration = Duration::from_secs(3);

/// The result of the image `1.0` in the configuration.
const RESULT: &str = r#"
[[repositories]]
name = "app"

[[scan_results]]
repository = "app"
image = "1.0"

[[scan_results.findings]]
name = "CVE-2019-5188"
severity = "MEDIUM"
description = "A code execution vulnerability."
uri = "http://example.com/CVE-2019-5188"
package = "e2fsprogs"
version = "1.44.1-1ubuntu1.1"
score = 4.6
vector = "CVSS:3.1/AV:L"

[[scan_results.findings]]
name = "CVE-2022-49043"
severity = "HIGH"
package = "libxml2"
version = "2.9.14"
fixed_in = "2.11.0"
score = 8.1
exploit_available = true
"#;

impl Api {
    /// Pushes an image with a tag, and returns its digest.
    async fn push(&self, tag: &str) -> String {
        let image = Image::new().layer(format!("the layer of {tag}")).tag(tag);
        let digest = self.0.repository("app").push(image).await.unwrap();
        digest.to_string()
    }

    async fn start_scan(&self, tag: &str) -> String {
        self.output("StartImageScan", &image(tag, "")).await
    }

    async fn findings(&self, tag: &str) -> Value {
        let input = image(tag, "");
        let output = self.output("DescribeImageScanFindings", &input).await;
        serde_json::from_str(&output).unwrap()
    }

    async fn status(&self, tag: &str) -> String {
        let findings = self.findings(tag).await;
        findings["imageScanStatus"]["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn assert_no_scan(&self, tag: &str) {
        let text = format!(
            "Image scan does not exist for the image with '{{imageDigest:'null', imageTag:'{tag}'}}' in the repository with name 'app' in the registry with id '123456789012'"
        );
        let (operation, code) = ("DescribeImageScanFindings", "ScanNotFoundException");
        self.assert_error(operation, &image(tag, ""), code, &text)
            .await;
    }

    async fn put_rules(&self, scan_type: &str, rules: &[(&str, &str)]) -> String {
        let rules: Vec<String> = rules
            .iter()
            .map(|(frequency, filter)| rule(frequency, filter))
            .collect();
        let input = format!(
            r#"{{"scanType":"{scan_type}","rules":[{}]}}"#,
            rules.join(",")
        );
        self.output("PutRegistryScanningConfiguration", &input)
            .await
    }
}

/// Returns the input of an operation on an image, with further members.
fn image(tag: &str, members: &str) -> String {
    format!(r#"{{"repositoryName":"app","imageId":{{"imageTag":"{tag}"}}{members}}}"#)
}

fn rule(frequency: &str, filter: &str) -> String {
    format!(
        r#"{{"repositoryFilters":[{{"filter":"{filter}","filterType":"WILDCARD"}}],"scanFrequency":"{frequency}"}}"#
    )
}

#[tokio::test]
async fn a_registry_has_basic_scanning_until_another_configuration_is_put() {
    // Source of the outputs of Get: an AWS blog post of 2024.
    let api = Api::start().await;
    let get = "GetRegistryScanningConfiguration";
    let empty =
        r#"{"registryId":"123456789012","scanningConfiguration":{"rules":[],"scanType":"BASIC"}}"#;
    assert_eq!(api.output(get, "{}").await, empty);

    let rule = rule("SCAN_ON_PUSH", "*");
    let configuration = format!(r#"{{"rules":[{rule}],"scanType":"BASIC"}}"#);
    let put = api.put_rules("BASIC", &[("SCAN_ON_PUSH", "*")]).await;
    assert_eq!(
        put,
        format!(r#"{{"registryScanningConfiguration":{configuration}}}"#)
    );
    let got = api.output(get, "{}").await;
    let expected =
        format!(r#"{{"registryId":"123456789012","scanningConfiguration":{configuration}}}"#);
    assert_eq!(got, expected);

    let elsewhere = RawRequest::call(get).body("{}");
    let elsewhere = elsewhere.signed_by(&Signer::default().in_region("eu-west-1"));
    assert_eq!(elsewhere.to(&api.0).await.body, empty);
    let put = api.output("PutRegistryScanningConfiguration", "{}").await;
    assert_eq!(
        put,
        r#"{"registryScanningConfiguration":{"rules":[],"scanType":"BASIC"}}"#
    );
}

#[tokio::test]
async fn rules_have_frequencies_of_the_scan_type_once() {
    // Source of the accepted pair: the acceptance tests of terraform-provider-aws. The texts are [ASSUME].
    let api = Api::start().await;
    api.put_rules(
        "ENHANCED",
        &[("SCAN_ON_PUSH", "a*"), ("CONTINUOUS_SCAN", "*")],
    )
    .await;
    api.put_rules("BASIC", &[("SCAN_ON_PUSH", "a*"), ("MANUAL", "*")])
        .await;
    for (scan_type, frequencies, text) in [
        (
            "ENHANCED",
            ["MANUAL", "SCAN_ON_PUSH"],
            "SCAN_ON_PUSH or CONTINUOUS_SCAN, the frequencies of the scan type ENHANCED",
        ),
        (
            "BASIC",
            ["CONTINUOUS_SCAN", "SCAN_ON_PUSH"],
            "SCAN_ON_PUSH or MANUAL, the frequencies of the scan type BASIC",
        ),
        ("BASIC", ["MANUAL"; 2], "one rule for each scan frequency"),
    ] {
        let rules = frequencies.map(|frequency| rule(frequency, "*")).join(",");
        let input = format!(r#"{{"scanType":"{scan_type}","rules":[{rules}]}}"#);
        let text = format!(
            "Invalid parameter at 'rules' failed to satisfy constraint: 'must have {text}'"
        );
        let (operation, code) = (
            "PutRegistryScanningConfiguration",
            "InvalidParameterException",
        );
        api.assert_error(operation, &input, code, &text).await;
    }
    let got = api.output("GetRegistryScanningConfiguration", "{}").await;
    assert!(got.contains(r#""scanType":"BASIC""#), "{got}");
}

#[tokio::test]
async fn the_scanning_configurations_of_repositories_are_returned() {
    let api = Api::start().await;
    let batch_get = |names: &'static str| {
        let input = format!(r#"{{"repositoryNames":[{names}]}}"#);
        let api = &api;
        async move {
            api.output("BatchGetRepositoryScanningConfiguration", &input)
                .await
        }
    };
    let configuration = |filters: &str, frequency: &str, scan_on_push: bool| {
        format!(
            r#"{{"appliedScanFilters":[{filters}],"repositoryArn":"arn:aws:ecr:us-east-1:123456789012:repository/app","repositoryName":"app","scanFrequency":"{frequency}","scanOnPush":{scan_on_push}}}"#
        )
    };
    let output = |configuration: &str| {
        format!(r#"{{"failures":[],"scanningConfigurations":[{configuration}]}}"#)
    };
    let manual = output(&configuration("", "MANUAL", false));
    assert_eq!(batch_get(r#""app""#).await, manual);

    // Source of the reason: getmoto/moto.
    let missing = r#"{"failures":[{"failureCode":"REPOSITORY_NOT_FOUND","failureReason":"REPOSITORY_NOT_FOUND","repositoryName":"none"}],"scanningConfigurations":[]}"#;
    assert_eq!(batch_get(r#""none""#).await, missing);

    api.put_rules("BASIC", &[("SCAN_ON_PUSH", "a*")]).await;
    let filter = r#"{"filter":"a*","filterType":"WILDCARD"}"#;
    let on_push = output(&configuration(filter, "SCAN_ON_PUSH", false));
    assert_eq!(batch_get(r#""app""#).await, on_push);
    api.put_rules("ENHANCED", &[("CONTINUOUS_SCAN", "a*")])
        .await;
    let continuous = output(&configuration(filter, "CONTINUOUS_SCAN", false));
    assert_eq!(batch_get(r#""app""#).await, continuous);

    api.put_rules("BASIC", &[]).await;
    let put = r#"{"imageScanningConfiguration":{"scanOnPush":true},"repositoryName":"app"}"#;
    api.output("PutImageScanningConfiguration", put).await;
    let by_repository = output(&configuration("", "SCAN_ON_PUSH", true));
    assert_eq!(batch_get(r#""app""#).await, by_repository);
}

#[tokio::test]
async fn the_setting_of_a_repository_is_stored() {
    // Source of the output: cloud-custodian, a recorded response.
    let api = Api::start().await;
    let (operation, configuration) = (
        "PutImageScanningConfiguration",
        r#""imageScanningConfiguration":{"scanOnPush":true}"#,
    );
    let put = api
        .output(
            operation,
            &format!(r#"{{"repositoryName":"app",{configuration}}}"#),
        )
        .await;
    let expected =
        format!(r#"{{{configuration},"registryId":"123456789012","repositoryName":"app"}}"#);
    assert_eq!(put, expected);
    let described = api.output("DescribeRepositories", "{}").await;
    assert!(described.contains(configuration), "{described}");
    let deleted = api
        .output("DeleteRepository", r#"{"repositoryName":"app"}"#)
        .await;
    assert!(deleted.contains(configuration), "{deleted}");
    let (input, code) = (
        r#"{"imageScanningConfiguration":{},"repositoryName":"none"}"#,
        "RepositoryNotFoundException",
    );
    let text =
        "The repository with name 'none' does not exist in the registry with id '123456789012'";
    api.assert_error(operation, input, code, text).await;
}

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
}

#[tokio::test]
async fn a_failed_scan_has_its_description_and_no_findings() {
    // Source of the description: three reports from 2021 to 2026.
    let api = Api::with_config(
        "[[repositories]]\nname = 'app'\n[[scan_results]]\nrepository = 'app'\nimage = '1.0'\nstatus = 'FAILED'\n[[scan_results]]\nrepository = 'app'\nimage = '2.0'\nstatus = 'UNSUPPORTED_IMAGE'\ndescription = 'Too old.'\n",
    )
    .await;
    for (tag, status) in [
        (
            "1.0",
            r#"{"description":"UnsupportedImageError: The operating system and/or package manager are not supported.","status":"FAILED"}"#,
        ),
        (
            "2.0",
            r#"{"description":"Too old.","status":"UNSUPPORTED_IMAGE"}"#,
        ),
    ] {
        let digest = api.push(tag).await;
        api.start_scan(tag).await;
        api.0.clock().advance(SCAN);
        let described = api
            .output("DescribeImageScanFindings", &image(tag, ""))
            .await;
        let expected = format!(
            r#"{{"imageId":{{"imageDigest":"{digest}","imageTag":"{tag}"}},"imageScanStatus":{status},"registryId":"123456789012","repositoryName":"app"}}"#
        );
        assert_eq!(described, expected);
    }
}

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

#[tokio::test]
async fn findings_are_returned_in_pages_whose_tokens_stay_valid() {
    let api = Api::start().await;
    api.push("1.0").await;
    let finding = |number: u32| Finding::new(format!("CVE-2026-{number:04}"), FindingSeverity::Low);
    let app = api.0.repository("app");
    let set = |numbers: std::ops::Range<u32>| {
        app.set_scan_result("1.0", ScanResult::with_findings(numbers.map(finding)))
    };
    set(1..6).await.unwrap();
    api.start_scan("1.0").await;
    api.0.clock().advance(SCAN);
    let page = async |token: Option<&str>| {
        let token = token.map(|token| format!(r#","nextToken":"{token}""#));
        let members = format!(r#","maxResults":2{}"#, token.unwrap_or_default());
        let output = api
            .output("DescribeImageScanFindings", &image("1.0", &members))
            .await;
        let output: Value = serde_json::from_str(&output).unwrap();
        let findings = &output["imageScanFindings"];
        let names = findings["findings"].as_array().unwrap().iter();
        let names: Vec<String> = names
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect();
        let count = findings["findingSeverityCounts"]["LOW"].as_u64().unwrap();
        let next = output["nextToken"].as_str().map(str::to_owned);
        (names, count, next)
    };
    let (names, count, next) = page(None).await;
    assert_eq!(
        (names, count),
        (
            vec!["CVE-2026-0001".to_owned(), "CVE-2026-0002".to_owned()],
            5
        )
    );
    // The finding with which the first page ended does not exist any more.
    set(3..8).await.unwrap();
    let (names, count, next) = page(next.as_deref()).await;
    assert_eq!(
        (names, count),
        (
            vec!["CVE-2026-0003".to_owned(), "CVE-2026-0004".to_owned()],
            5
        )
    );
    let (names, _, next) = page(next.as_deref()).await;
    assert_eq!(names, ["CVE-2026-0005", "CVE-2026-0006"]);
    let (names, _, next) = page(next.as_deref()).await;
    assert_eq!(
        (&names[..], next),
        (&["CVE-2026-0007".to_owned()][..], None)
    );

    let input = image("1.0", r#","nextToken":"AAAA""#);
    let text = "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid next token provided'";
    let (operation, code) = ("DescribeImageScanFindings", "InvalidParameterException");
    api.assert_error(operation, &input, code, text).await;
}

#[tokio::test]
async fn findings_without_a_result_depend_on_the_seed_and_the_digest() {
    async fn findings(seed: &str) -> Value {
        let config = format!(
            "seed = '{seed}'\nbackground.scan_duration = '0s'\n[[repositories]]\nname = 'app'\n"
        );
        let api = Api::with_config(&config).await;
        api.push("1.0").await;
        api.start_scan("1.0").await;
        let found = api.findings("1.0").await;
        assert_eq!(found["imageScanStatus"]["status"], "COMPLETE");
        found["imageScanFindings"].clone()
    }
    let found = findings("a").await;
    assert_eq!(findings("a").await, found);
    assert_ne!(findings("b").await, found);
    let counts = found["findingSeverityCounts"].as_object().unwrap().values();
    let count: u64 = counts.map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(found["findings"].as_array().unwrap().len() as u64, count);
}

#[tokio::test]
async fn the_result_of_an_image_of_a_running_mock_is_set() {
    let api = Api::start().await;
    let digest = api.push("1.0").await;
    let app = api.0.repository("app");
    let none = ScanResult::with_findings([]);
    app.set_scan_result(&digest, none).await.unwrap();
    api.start_scan("1.0").await;
    api.0.clock().advance(SCAN);
    let found = api
        .output("DescribeImageScanFindings", &image("1.0", ""))
        .await;
    assert!(
        found.contains(r#""findingSeverityCounts":{},"findings":[],"#),
        "{found}"
    );
    let failed = ScanResult::with_status(ScanStatus::Failed).description("No.");
    app.set_scan_result("1.0", failed).await.unwrap();
    assert_eq!(api.status("1.0").await, "FAILED");

    let finding = Finding::new("CVE-2026-1", FindingSeverity::High);
    let twice = ScanResult::with_findings([finding.clone(), finding]);
    let error = app.set_scan_result("1.0", twice).await.unwrap_err();
    assert!(format!("{error:?}").contains("occurs twice"), "{error:?}");
    let missing = app.set_scan_result("2.0", ScanResult::default()).await;
    assert_eq!(
        missing.unwrap_err().to_string(),
        "the repository app has no image 2.0"
    );
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

#[tokio::test]
async fn scans_are_authorized_on_the_repository() {
    let api = Api::with_config(
        "[[principals]]\narn = 'arn:aws:iam::123456789012:user/ci'\naccess_key_id = 'AKIAIOSFODNN7EXAMPLE'\nsecret_access_key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'\ndeny = ['ecr:*Scan*']\n[[repositories]]\nname = 'app'\n",
    )
    .await;
    let names = r#"{"repositoryNames":["app"]}"#.to_owned();
    let put = r#"{"imageScanningConfiguration":{},"repositoryName":"app"}"#.to_owned();
    let app = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    for (operation, input, resource) in [
        ("StartImageScan", image("1.0", ""), app),
        ("DescribeImageScanFindings", image("1.0", ""), app),
        ("BatchGetRepositoryScanningConfiguration", names, app),
        ("PutImageScanningConfiguration", put, app),
        ("GetRegistryScanningConfiguration", "{}".to_owned(), "*"),
        ("PutRegistryScanningConfiguration", "{}".to_owned(), "*"),
    ] {
        let denied = api.call(operation, &input).await;
        let text = format!("is not authorized to perform: ecr:{operation} on resource: {resource}");
        assert!(denied.body.contains(&text), "{}", denied.body);
    }
}
