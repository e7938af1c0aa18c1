//! The scanning of images.

mod archived;
mod basic;
mod configuration;
mod enhanced;
mod results;

use std::time::Duration;

use mock_ecr::repository::Image;
use serde_json::Value;

use super::Api;

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
