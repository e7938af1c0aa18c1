//! The requests that a fault matches.

use mock_ecr::MockEcr;

use super::{mock_with_fault, ping, set, token_call};
use crate::raw::{RawRequest, frozen_mock};
use crate::signer::Signer;

#[tokio::test]
async fn times_limits_a_fault_to_the_first_matching_requests() {
    let ecr = mock_with_fault(
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

/// Returns which of three requests to the registry trigger a fault: `GET /v2/`, `HEAD` of a manifest, and `GET` of a layer of
/// another repository.
async fn triggered(matcher: &str) -> [bool; 3] {
    let ecr = MockEcr::builder()
        .repository("team/app")
        .repository("other")
        .start()
        .await
        .unwrap();
    set(
        &ecr,
        &format!("match = {{ {matcher} }}\naction = {{ error = 'BadGateway' }}"),
    );
    let token = ecr.issue_token();
    let digest = format!("sha256:{}", "0".repeat(64));
    let requests = [
        RawRequest::ping("GET").with("User-Agent", "containers/5"),
        RawRequest::new("HEAD", "/v2/team/app/manifests/1"),
        RawRequest::new("GET", format!("/v2/other/blobs/{digest}"))
            .on_host("123456789012.dkr.ecr.us-east-1.amazonaws.com"),
    ];
    let mut triggered = Vec::new();
    for request in requests {
        let response = request.with_token(&token).to(&ecr).await;
        triggered.push(response.status() == 502);
    }
    triggered.try_into().unwrap()
}

#[tokio::test]
async fn a_fault_matches_the_attributes_of_a_request() {
    for (matcher, expected) in [
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
        assert_eq!(triggered(matcher).await, expected, "{matcher}");
    }
}

#[tokio::test]
async fn an_api_call_is_matched_by_the_principal_of_its_access_key() {
    let ecr = mock_with_fault(
        "match = { principal = 'arn:aws:iam::123456789012:user/developer', region = 'us-east-1' }\naction = { error = 'BadGateway' }",
    )
    .await;
    assert_eq!(token_call(&ecr).await.status(), 502);
    let presigned = RawRequest::token_call().presigned_by(&Signer::default());
    assert_eq!(presigned.to(&ecr).await.status(), 502);
    assert_eq!(RawRequest::token_call().to(&ecr).await.status(), 400);
}

#[tokio::test]
async fn a_fault_applies_between_from_and_until() {
    let ecr = mock_with_fault(
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
async fn the_same_seed_triggers_the_same_requests() {
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
async fn a_fault_stays_active_until_it_is_removed_even_if_its_handle_is_discarded() {
    let ecr = frozen_mock().await;
    let fault = ecr.faults().error("BadGateway").times(5).set().unwrap();
    assert_eq!(ping(&ecr).await.status(), 502);
    assert_eq!(fault.triggered(), 1);
    assert_eq!(fault.clone().remove().unwrap().matched, 1);
    assert_eq!((fault.triggered(), fault.remove()), (0, None));
    assert_eq!(ping(&ecr).await.status(), 200);
    let _ = ecr.faults().error("BadGateway").set();
    assert_eq!(ping(&ecr).await.status(), 502);
}

#[tokio::test]
async fn a_fault_never_applies_to_the_control_api() {
    let ecr = mock_with_fault("action = { reset = 'before_headers' }").await;
    let response = RawRequest::new("GET", "/_mock/environment").to(&ecr).await;
    assert_eq!(response.status(), 200);
}
