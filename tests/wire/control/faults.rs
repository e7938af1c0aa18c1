//! `/_mock/faults`.

use serde_json::{Value, json};

use super::{control_request, fetch_json};
use crate::raw::{RawRequest, frozen_mock};

fn set(fault: &Value) -> RawRequest {
    control_request("POST", "faults")
        .with("Content-Type", "application/json")
        .body(fault.to_string())
}

#[tokio::test]
async fn a_fault_is_set_listed_with_its_counts_and_removed() {
    let ecr = frozen_mock().await;
    let fault = json!({ "match": { "service": "registry", "times": 1 }, "action": { "error": "BadGateway" } });
    let active = fetch_json(&set(&fault), &ecr).await;
    let expected = json!({
        "id": 0, "match": fault["match"], "action": fault["action"], "matched": 0, "triggered": 0,
    });
    assert_eq!(active, expected);
    for status in [502, 401] {
        assert_eq!(RawRequest::ping("GET").to(&ecr).await.status(), status);
    }
    let listed = fetch_json(&control_request("GET", "faults"), &ecr).await;
    assert_eq!(listed["faults"][0]["matched"], 2);
    assert_eq!(listed["faults"][0]["triggered"], 1);
    let applied = fetch_json(&control_request("GET", "requests?fault=0"), &ecr).await;
    assert_eq!(applied["requests"][0]["faults"], json!([0]));

    let removed = fetch_json(&control_request("DELETE", "faults?id=0"), &ecr).await;
    assert_eq!(removed, listed);
    assert_eq!(
        fetch_json(&control_request("GET", "faults"), &ecr).await,
        json!({ "faults": [] })
    );
    let again = fetch_json(&control_request("DELETE", "faults?id=0"), &ecr).await;
    assert_eq!(again, json!({ "faults": [] }));
}

#[tokio::test]
async fn all_faults_are_removed_at_once() {
    let ecr = frozen_mock().await;
    for _ in 0..3 {
        fetch_json(&set(&json!({ "action": { "date": "-20m" } })), &ecr).await;
    }
    let removed = fetch_json(&control_request("DELETE", "faults"), &ecr).await;
    assert_eq!(removed["faults"].as_array().unwrap().len(), 3);
    assert!(ecr.faults().list().is_empty());
}

#[tokio::test]
async fn an_invalid_fault_is_rejected_with_the_valid_values() {
    for (fault, text) in [
        (json!({}), "action"),
        (
            json!({ "action": { "error": "Nothing" } }),
            "ThrottlingException",
        ),
        (json!({ "action": { "explode": 1 } }), "garbled_chunks"),
        (
            json!({ "action": { "latency": { "from": "1s" } } }),
            "from and to",
        ),
        (json!({ "action": { "latency": "soon" } }), "12h"),
        (
            json!({ "action": { "reset": "before_headers" }, "match": { "every": 0 } }),
            "at least 1",
        ),
        (
            json!({ "action": { "expired": "challenge" }, "match": { "service": "ecr" } }),
            "the registry only",
        ),
        (json!({ "action": { "bandwidth": 1 }, "mach": {} }), "match"),
    ] {
        let ecr = frozen_mock().await;
        let response = set(&fault).to(&ecr).await;
        assert_eq!(response.status(), 400, "{fault}");
        assert!(response.body.contains(text), "{fault}: {}", response.body);
        assert!(ecr.faults().list().is_empty());
    }
}

#[tokio::test]
async fn a_reset_restores_the_faults_of_the_configuration() {
    let config = mock_ecr::Config::parse("[[faults]]\naction = { error = 'BadGateway' }");
    let ecr = mock_ecr::MockEcr::from_config(config.unwrap())
        .start()
        .await
        .unwrap();
    ecr.faults().clear();
    fetch_json(&set(&json!({ "action": { "date": "1h" } })), &ecr).await;
    let reset = control_request("POST", "reset")
        .with("Content-Type", "application/json")
        .body("{}");
    fetch_json(&reset, &ecr).await;
    let faults = ecr.faults().list();
    assert_eq!((faults.len(), faults[0].fault.action.name()), (1, "error"));
    let response = RawRequest::call("DescribeRepositories").to(&ecr).await;
    assert_eq!(response.status(), 502);
}
