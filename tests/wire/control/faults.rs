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

/// The text of a fault has the code and the status of the response.
#[tokio::test]
async fn the_text_of_a_fault_has_the_status_of_its_responses() {
    let api = RawRequest::token_call().signed();
    let sts = RawRequest::new("GET", "/?Action=GetCallerIdentity&Version=2011-06-15");
    let ping = RawRequest::ping("GET");
    for code in [
        "ThrottlingException",
        "ExpiredTokenException",
        "AccessDeniedException",
        "ServerException",
        "RepositoryNotFoundException",
        "BadGateway",
    ] {
        for (service, request) in [("ecr", &api), ("sts", &sts), ("registry", &ping)] {
            let ecr = frozen_mock().await;
            let fault = json!({ "match": { "service": service }, "action": { "error": code } });
            fetch_json(&set(&fault), &ecr).await;
            let status = request.to(&ecr).await.status();
            let error = ecr.requests().last().unwrap().error.unwrap();
            let listed = fetch_json(&control_request("GET", "faults"), &ecr).await;
            let expected = format!(
                "All {service} requests receive {error} (status {status}); triggered once."
            );
            assert_eq!(listed["faults"][0]["text"], expected);
        }
    }
    for form in ["forbidden", "challenge", "bad_request"] {
        let ecr = frozen_mock().await;
        fetch_json(&set(&json!({ "action": { "expired_early": form } })), &ecr).await;
        let response = ping.clone().with_token(&ecr.issue_token()).to(&ecr).await;
        let listed = fetch_json(&control_request("GET", "faults"), &ecr).await;
        let text = listed["faults"][0]["text"].as_str().unwrap();
        let expected = format!("(status {}", response.status());
        assert!(text.contains(&expected), "{text}");
    }
}
