//! `/_mock/health`, `config`, `reset` and `metrics`.

use mock_ecr::{Config, MockEcr, Principal};
use serde_json::json;

use crate::control::{assert_rejected, control_request, fetch_json, post};
use crate::raw::{RawRequest, frozen_mock};

#[tokio::test]
async fn health_reports_ok() {
    let health = fetch_json(&control_request("GET", "health"), &frozen_mock().await).await;
    let version = env!("CARGO_PKG_VERSION");
    let now = "2015-11-29T21:30:53.241Z";
    assert_eq!(
        health,
        json!({ "status": "ok", "version": version, "now": now })
    );
}

#[tokio::test]
async fn the_configuration_is_returned_with_defaults_and_without_secrets() {
    let arn = "arn:aws:sts::210987654321:assumed-role/R/S"
        .parse()
        .unwrap();
    let principal = Principal::new(arn, "ASIA", "s3cr3tK3y").session_token("s3ssionT0ken");
    let builder = MockEcr::builder()
        .principal(principal)
        .control_key("k3y-of-8");
    let ecr = builder.repository("app").start().await.unwrap();
    let request = control_request("GET", "config").authorized("Bearer k3y-of-8");
    let response = request.to(&ecr).await;
    for secret in ["s3cr3tK3y", "s3ssionT0ken", "k3y-of-8"] {
        assert!(!response.body.contains(secret), "{}", response.body);
    }
    let config = fetch_json(&request, &ecr).await;
    assert_eq!(config["accounts"], json!([{ "id": "210987654321" }]));
    assert_eq!(config["principals"][0]["secret_access_key"], "(masked)");
    assert_eq!(config["principals"][0]["session_token"], "(masked)");
    assert_eq!(config["control_key"], "(masked)");
    assert_eq!(config["token_ttl"], "12h");
    assert_eq!(config["quirks"]["patch_created"], true);
    assert_eq!(config["repositories"][0]["account"], "210987654321");
    assert_eq!(config["proxy_endpoint"], "aws");
}

#[tokio::test]
async fn the_configuration_is_returned_with_the_keys_of_its_file() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/configs/full.toml"
    );
    let file = std::fs::read_to_string(path).unwrap();
    let ecr = MockEcr::from_config(Config::from_file(path).unwrap())
        .start()
        .await;
    let body = fetch_json(&control_request("GET", "config"), &ecr.unwrap()).await;
    let keys = body.as_object().unwrap().keys();
    for key in keys.filter(|key| !["tls", "control_key", "layers"].contains(&key.as_str())) {
        let is_there = file.contains(&format!("\n{key} = ")) || file.contains(&format!("[{key}]"));
        assert!(is_there, "{key}");
    }
    for quirk in body["quirks"].as_object().unwrap().keys() {
        assert!(file.contains(&format!("\n{quirk} = true")), "{quirk}");
    }
    let (_, quirks) = file.split_once("\n[quirks]\n").unwrap();
    let (quirks, _) = quirks.split_once("\n\n").unwrap();
    let count = body["quirks"].as_object().unwrap().len();
    assert_eq!(count, quirks.lines().count());
    assert_eq!(body["token_ttl"], "1h 30m");
    assert_eq!(body["clock"], "2030-01-01T00:00:00.000Z");
}

#[tokio::test]
async fn a_mock_is_reset_with_or_without_its_images() {
    let ecr = frozen_mock().await;
    let create = RawRequest::call("CreateRepository").body(r#"{"repositoryName":"made"}"#);
    create.signed().to(&ecr).await;
    ecr.clock().advance(std::time::Duration::from_secs(1));
    let kept = fetch_json(&post("reset", r#"{"keep":"images"}"#), &ecr).await;
    assert_eq!(kept, json!({ "keep": "images" }));
    let describe = RawRequest::call("DescribeRepositories").signed();
    assert!(describe.to(&ecr).await.body.contains("\"made\""));

    let reset = fetch_json(&post("reset", "{}"), &ecr).await;
    assert_eq!(reset, json!({ "keep": "nothing" }));
    assert!(!describe.to(&ecr).await.body.contains("\"made\""));
    assert_eq!(
        ecr.requests().count(),
        2,
        "the reset and the request after it"
    );

    let wrong = post("reset", r#"{"keep":"tokens"}"#).to(&ecr).await;
    assert_rejected(
        &wrong,
        400,
        "BAD_BODY",
        Some("keep"),
        "`nothing` or `images`",
    );
}

#[tokio::test]
async fn a_failed_reset_returns_the_reason_and_resets_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let layout = directory.path().join("layout");
    copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../ecr-contract/layouts/hello"),
        &layout,
    );
    let toml = format!(
        "[[repositories]]\nname = 'app'\nlayout = '{}'\n",
        layout.display()
    );
    let ecr = MockEcr::from_config(Config::parse(&toml).unwrap())
        .start()
        .await
        .unwrap();
    std::fs::remove_dir_all(&layout).unwrap();
    RawRequest::ping("GET").to(&ecr).await;
    ecr.clock().freeze();
    let response = post("reset", "{}").to(&ecr).await;
    assert_rejected(&response, 500, "RESET_FAILED", None, "layout");
    assert!(ecr.clock().is_frozen());
    assert_eq!(ecr.requests().count(), 2, "both requests are in the log");
}

fn copy(from: impl AsRef<std::path::Path>, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(std::fs::copy(&path, &target).unwrap()),
        }
    }
}

#[tokio::test]
async fn metrics_count_requests_and_tokens() {
    let ecr = frozen_mock().await;
    RawRequest::token_call().signed().to(&ecr).await;
    RawRequest::token_call().signed().to(&ecr).await;
    RawRequest::ping("GET").to(&ecr).await;
    ecr.revoke(mock_ecr::token::Revocation::Token(ecr.issue_token().id()))
        .unwrap();
    ecr.clock().advance(std::time::Duration::from_secs(5));
    ecr.issue_token();
    ecr.clear_requests();
    let response = control_request("GET", "metrics").to(&ecr).await;
    assert_eq!(response.header("Content-Type"), "text/plain; version=0.0.4");
    for line in [
        r#"mock_ecr_requests_total{service="ecr",operation="GetAuthorizationToken",status="200",error=""} 2"#,
        r#"mock_ecr_requests_total{service="registry",operation="ping",status="401",error="UNAUTHORIZED"} 1"#,
        "# TYPE mock_ecr_requests_total counter",
        "mock_ecr_tokens_issued_total 2",
        "mock_ecr_tokens_valid 1",
        "mock_ecr_tokens_revoked 1",
        "mock_ecr_request_log_entries 0",
        "mock_ecr_uptime_seconds 5",
        "mock_ecr_clock_seconds 1448832658.241",
    ] {
        assert!(
            response.body.lines().any(|found| found == line),
            "{line}\n{}",
            response.body
        );
    }
}
