//! `/_mock/clock`.

use mock_ecr::MockEcr;
use serde_json::json;

use crate::control::{assert_rejected, control_request, fetch_json, post};
use crate::raw::frozen_mock;

#[tokio::test]
async fn a_frozen_clock_is_read_and_moved() {
    let ecr = frozen_mock().await;
    let start = json!({ "now": "2015-11-29T21:30:53.241Z", "state": "frozen" });
    assert_eq!(
        fetch_json(&control_request("GET", "clock"), &ecr).await,
        start
    );
    let later = json!({ "now": "2015-11-30T09:30:53.241Z", "state": "frozen" });
    let advance = post("clock/advance", r#"{"by":"12h"}"#);
    assert_eq!(fetch_json(&advance, &ecr).await, later);
    assert_eq!(ecr.clock().now().to_string(), "2015-11-30T09:30:53.241Z");
    let set = post("clock/set", r#"{"to":"2030-01-01T01:00:00+01:00"}"#);
    let there = json!({ "now": "2030-01-01T00:00:00.000Z", "state": "frozen" });
    assert_eq!(fetch_json(&set, &ecr).await, there);
}

#[tokio::test]
async fn a_clock_is_frozen_and_resumed() {
    let ecr = MockEcr::start().await.unwrap();
    assert_eq!(
        fetch_json(&control_request("GET", "clock"), &ecr).await["state"],
        "running"
    );
    let frozen = fetch_json(&post("clock/freeze", "{}"), &ecr).await;
    assert_eq!(frozen["state"], "frozen");
    assert_eq!(frozen["now"], ecr.clock().now().to_string());
    let running = fetch_json(&post("clock/run", ""), &ecr).await;
    assert_eq!(running["state"], "running");
    assert!(!ecr.clock().is_frozen());
}

#[tokio::test]
async fn invalid_clock_parameters_are_rejected() {
    let ecr = frozen_mock().await;
    let set = post("clock/set", r#"{"to":"tomorrow"}"#).to(&ecr).await;
    assert_rejected(&set, 400, "BAD_BODY", Some("to"), "expected RFC 3339");
    let freeze = post("clock/freeze", r#"{"at":"now"}"#).to(&ecr).await;
    assert_rejected(&freeze, 400, "BAD_BODY", Some("at"), "unknown field");
    let back = post("clock/advance", r#"{"by":"-1h"}"#).to(&ecr).await;
    assert_rejected(
        &back,
        400,
        "BAD_BODY",
        Some("by"),
        "invalid duration \"-1h\"",
    );
}
