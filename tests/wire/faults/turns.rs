//! Which requests a fault strikes.

use mock_ecr::MockEcr;

use super::{ping, set, token_call, with};
use crate::raw::{RawRequest, frozen};
use crate::signer::Signer;

#[tokio::test]
async fn an_operation_is_struck_its_first_times_alone() {
    let ecr = with(
        "match = { operation = 'GetAuthorizationToken', times = 2 }\naction = { error = 'ThrottlingException' }",
    )
    .await;
    let other = RawRequest::call("DescribeRepositories").signed();
    assert_eq!(other.to(&ecr).await.status(), 200);
    for status in [400, 400, 200] {
        assert_eq!(token_call(&ecr).await.status(), status);
    }
    assert_eq!(ping(&ecr).await.status(), 200);
}

/// Which of three requests of the registry a fault strikes: `GET /v2/`, `HEAD` of a manifest, `GET` of a layer of another repository.
async fn struck(when: &str) -> [bool; 3] {
    let ecr = MockEcr::builder()
        .repository("team/app")
        .repository("other")
        .start()
        .await
        .unwrap();
    set(
        &ecr,
        &format!("match = {{ {when} }}\naction = {{ error = 'BadGateway' }}"),
    );
    let token = ecr.issue_token();
    let digest = format!("sha256:{}", "0".repeat(64));
    let requests = [
        RawRequest::ping("GET").with("User-Agent", "containers/5"),
        RawRequest::new("HEAD", "/v2/team/app/manifests/1"),
        RawRequest::new("GET", format!("/v2/other/blobs/{digest}"))
            .on_host("123456789012.dkr.ecr.us-east-1.amazonaws.com"),
    ];
    let mut struck = Vec::new();
    for request in requests {
        let answer = request.bearing(&token).to(&ecr).await;
        struck.push(answer.status() == 502);
    }
    struck.try_into().unwrap()
}

#[tokio::test]
async fn a_request_is_told_by_what_it_says() {
    for (when, expected) in [
        ("", [true, true, true]),
        ("service = 'registry'", [true, true, true]),
        ("service = 'ecr'", [false; 3]),
        ("route = 'manifest'", [false, true, false]),
        ("route = 'blob'", [false, false, true]),
        ("route = 'ping'", [true, false, false]),
        ("method = 'HEAD'", [false, true, false]),
        ("repository = 'team/*'", [false, true, false]),
        ("host = '*.amazonaws.com'", [false, false, true]),
        ("user_agent = 'containers/*'", [true, false, false]),
        ("account = '123456789012'", [true; 3]),
        ("account = '210987654321'", [false; 3]),
        ("region = 'us-east-1'", [true; 3]),
        ("region = 'eu-west-1'", [false; 3]),
        (
            "principal = 'arn:aws:iam::123456789012:user/developer'",
            [true; 3],
        ),
        (
            "principal = 'arn:aws:iam::123456789012:user/other'",
            [false; 3],
        ),
        ("every = 2", [false, true, false]),
        ("after = 2", [false, false, true]),
    ] {
        assert_eq!(struck(when).await, expected, "{when}");
    }
}

#[tokio::test]
async fn the_caller_of_the_api_is_told_by_the_key() {
    let ecr = with(
        "match = { principal = 'arn:aws:iam::123456789012:user/developer', region = 'us-east-1' }\naction = { error = 'BadGateway' }",
    )
    .await;
    assert_eq!(token_call(&ecr).await.status(), 502);
    let presigned = RawRequest::token_call().presigned_by(&Signer::default());
    assert_eq!(presigned.to(&ecr).await.status(), 502);
    assert_eq!(RawRequest::token_call().to(&ecr).await.status(), 400);
}

#[tokio::test]
async fn a_fault_lasts_from_an_instant_until_another() {
    let ecr = with(
        "match = { from = '2015-11-29T22:00:00Z', until = '2015-11-29T23:00:00Z' }\naction = { error = 'BadGateway' }",
    )
    .await;
    let hour = std::time::Duration::from_secs(3600);
    for status in [200, 502, 200] {
        assert_eq!(ping(&ecr).await.status(), status);
        ecr.clock().advance(hour);
    }
}

#[tokio::test]
async fn the_same_seed_has_the_same_chances() {
    let fault = "match = { probability = 0.5 }\naction = { error = 'BadGateway' }";
    let mut runs = Vec::new();
    for seed in ["one", "one", "other"] {
        let ecr = MockEcr::builder().seed(seed).start().await.unwrap();
        set(&ecr, fault);
        let mut statuses = Vec::new();
        for _ in 0..32 {
            statuses.push(ping(&ecr).await.status());
        }
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn a_guard_takes_its_fault_away() {
    let ecr = frozen().await;
    let guard = ecr.faults().error("BadGateway").times(5).set().unwrap();
    assert_eq!(ping(&ecr).await.status(), 502);
    assert_eq!(guard.triggered(), 1);
    drop(guard);
    assert_eq!(ping(&ecr).await.status(), 200);
    let kept = ecr.faults().error("BadGateway").set().unwrap().keep();
    assert_eq!(ping(&ecr).await.status(), 502);
    assert!(ecr.faults().remove(kept).is_some());
    assert_eq!(ping(&ecr).await.status(), 200);
}

#[tokio::test]
async fn what_the_mock_tells_of_itself_is_never_struck() {
    let ecr = with("action = { reset = 'before_headers' }").await;
    let answer = RawRequest::new("GET", "/_mock/environment").to(&ecr).await;
    assert_eq!(answer.status(), 200);
}
