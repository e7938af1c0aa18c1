//! `/_mock/faults`: what goes wrong, set from any language.

use serde_json::{Value, json};

use super::{ask, told};
use crate::raw::{RawRequest, frozen};

fn set(fault: &Value) -> RawRequest {
    ask("POST", "faults")
        .with("Content-Type", "application/json")
        .body(fault.to_string())
}

#[tokio::test]
async fn a_fault_is_set_listed_with_its_counts_and_taken_away() {
    let ecr = frozen().await;
    let fault = json!({ "match": { "service": "registry", "times": 1 }, "action": { "error": "BadGateway" } });
    let active = told(&set(&fault), &ecr).await;
    let expected = json!({
        "id": 0, "match": fault["match"], "action": fault["action"], "matched": 0, "triggered": 0,
    });
    assert_eq!(active, expected);
    for status in [502, 401] {
        assert_eq!(RawRequest::ping("GET").to(&ecr).await.status(), status);
    }
    let listed = told(&ask("GET", "faults"), &ecr).await;
    assert_eq!(listed["faults"][0]["matched"], 2);
    assert_eq!(listed["faults"][0]["triggered"], 1);
    let shaped = told(&ask("GET", "requests?fault=0"), &ecr).await;
    assert_eq!(shaped["requests"][0]["faults"], json!([0]));

    let removed = told(&ask("DELETE", "faults?id=0"), &ecr).await;
    assert_eq!(removed, listed);
    assert_eq!(
        told(&ask("GET", "faults"), &ecr).await,
        json!({ "faults": [] })
    );
    let again = told(&ask("DELETE", "faults?id=0"), &ecr).await;
    assert_eq!(again, json!({ "faults": [] }));
}

#[tokio::test]
async fn all_are_taken_away_at_once() {
    let ecr = frozen().await;
    for _ in 0..3 {
        told(&set(&json!({ "action": { "date": "-20m" } })), &ecr).await;
    }
    let removed = told(&ask("DELETE", "faults"), &ecr).await;
    assert_eq!(removed["faults"].as_array().unwrap().len(), 3);
    assert!(ecr.faults().list().is_empty());
}

#[tokio::test]
async fn what_cannot_be_is_rejected_with_what_would_do() {
    for (fault, said) in [
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
        let ecr = frozen().await;
        let answer = set(&fault).to(&ecr).await;
        assert_eq!(answer.status(), 400, "{fault}");
        assert!(answer.body.contains(said), "{fault}: {}", answer.body);
        assert!(ecr.faults().list().is_empty());
    }
}

#[tokio::test]
async fn a_reset_sets_those_of_the_config() {
    let config = mock_ecr::Config::parse("[[faults]]\naction = { error = 'BadGateway' }");
    let ecr = mock_ecr::MockEcr::from_config(config.unwrap())
        .start()
        .await
        .unwrap();
    ecr.faults().clear();
    told(&set(&json!({ "action": { "date": "1h" } })), &ecr).await;
    let reset = ask("POST", "reset")
        .with("Content-Type", "application/json")
        .body("{}");
    told(&reset, &ecr).await;
    let faults = ecr.faults().list();
    assert_eq!((faults.len(), faults[0].fault.action.name()), (1, "error"));
}
