//! Scans of images that are archived and restored.
//!
//! Source: the user guide of Amazon ECR, `archive-image.html`. The status of an archived image is `[ASSUME]`.

use std::time::Duration;

use serde_json::json;

use super::{Api, SCAN, image};

/// Returns a mock with scans on push, in which a restoration takes a second or no time.
async fn api(restore_duration: &str) -> Api {
    let config = format!(
        "background.restore_duration = '{restore_duration}'\n[[repositories]]\nname = 'app'\nscan_on_push = true\n"
    );
    Api::with_config(&config).await
}

async fn set_class(api: &Api, class: &str) {
    let input = image("1.0", &format!(r#","targetStorageClass":"{class}""#));
    api.output("UpdateImageStorageClass", &input).await;
}

#[tokio::test]
async fn an_archived_image_has_no_findings() {
    for scan_type in ["BASIC", "ENHANCED"] {
        let api = api("1s").await;
        let frequency = match scan_type {
            "BASIC" => "SCAN_ON_PUSH",
            _ => "CONTINUOUS_SCAN",
        };
        api.put_rules(scan_type, &[(frequency, "*")]).await;
        api.push("1.0").await;
        api.0.clock().advance(SCAN);
        set_class(&api, "ARCHIVE").await;
        for restored in [false, true] {
            if restored {
                set_class(&api, "STANDARD").await;
            }
            let findings = api.findings("1.0").await;
            let status = json!({"status": "IMAGE_ARCHIVED"});
            assert_eq!(findings["imageScanStatus"], status, "{scan_type}");
            assert_eq!(findings.get("imageScanFindings"), None);
        }
        let any = r#"{"repositoryName":"app","filter":{"imageStatus":"ANY"}}"#;
        let described = api.output("DescribeImages", any).await;
        let is_described = described.contains(r#""imageScanStatus":{"status":"IMAGE_ARCHIVED"}"#);
        assert_eq!(is_described, scan_type == "ENHANCED", "{described}");
    }
}

#[tokio::test]
async fn an_archived_image_without_a_scan_has_none() {
    let api = Api::start().await;
    api.push("1.0").await;
    set_class(&api, "ARCHIVE").await;
    api.assert_no_scan("1.0").await;
}

#[tokio::test]
async fn a_restored_image_is_scanned_as_if_it_had_been_pushed() {
    for (duration, is_pushed) in [(0_u32, false), (1, false), (1, true)] {
        let api = api(&format!("{duration}s")).await;
        api.push("1.0").await;
        api.0.clock().advance(SCAN);
        assert_eq!(api.status("1.0").await, "COMPLETE");
        api.0.clock().advance(Duration::from_secs(60));
        set_class(&api, "ARCHIVE").await;
        match is_pushed {
            true => drop(api.push("1.0").await),
            false => {
                set_class(&api, "STANDARD").await;
                api.0.clock().advance(Duration::from_secs(duration.into()));
            }
        }
        assert_eq!(api.status("1.0").await, "IN_PROGRESS");
        api.0.clock().advance(SCAN);
        let findings = api.findings("1.0").await;
        assert_eq!(findings["imageScanStatus"]["status"], "COMPLETE");
        // The first scan ended at 1448832656.241.
        let restored = if is_pushed { 0 } else { duration };
        let completed = 1_448_832_656.241 + 60.0 + 3.0 + f64::from(restored);
        let found = &findings["imageScanFindings"]["imageScanCompletedAt"];
        assert_eq!(found.as_f64().unwrap(), completed);
    }
}

#[tokio::test]
async fn the_result_of_a_scan_before_the_restoration_is_removed() {
    let api = api("0s").await;
    api.push("1.0").await;
    api.0.clock().advance(SCAN);
    let put = r#"{"imageScanningConfiguration":{"scanOnPush":false},"repositoryName":"app"}"#;
    api.output("PutImageScanningConfiguration", put).await;
    set_class(&api, "ARCHIVE").await;
    set_class(&api, "STANDARD").await;
    api.assert_no_scan("1.0").await;
    api.start_scan("1.0").await;
}

#[tokio::test]
async fn the_enhanced_scan_of_a_restored_image_begins_again() {
    let api = api("0s").await;
    api.put_rules("ENHANCED", &[("CONTINUOUS_SCAN", "*")]).await;
    api.push("1.0").await;
    api.0.clock().advance(SCAN);
    assert_eq!(api.status("1.0").await, "ACTIVE");
    set_class(&api, "ARCHIVE").await;
    set_class(&api, "STANDARD").await;
    api.assert_no_scan("1.0").await;
    api.0.clock().advance(SCAN);
    assert_eq!(api.status("1.0").await, "ACTIVE");
}
