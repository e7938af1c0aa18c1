//! The results and the findings of scans.

use mock_ecr::repository::{Finding, FindingSeverity, ScanResult, ScanStatus};
use serde_json::Value;

use super::{Api, SCAN, image};

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
