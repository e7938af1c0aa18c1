//! Faults of authentication and of the `Date` header.

use std::time::Duration;

use mock_ecr::MockEcr;

use super::{mock_with_fault, set, token_call};
use crate::raw::{RawRequest, frozen_mock};
use crate::response::Response;

/// Sends `/v2/` with an expired token to a mock with the fault `expired`.
async fn ping_with_expired_token(action: &str, method: &'static str) -> Response {
    let ecr = mock_with_fault(&format!("action = {{ expired = '{action}' }}")).await;
    let token = ecr.issue_token();
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    RawRequest::ping(method).with_token(&token).to(&ecr).await
}

#[tokio::test]
async fn an_expired_token_is_rejected_in_the_selected_form() {
    let text = "Your authorization token has expired. Reauthenticate and try again.";
    let forbidden = ping_with_expired_token("forbidden", "GET").await;
    assert_eq!(forbidden.status(), 403);
    assert!(forbidden.body.contains(text));

    let challenge = ping_with_expired_token("challenge", "GET").await;
    assert_eq!(challenge.status(), 401);
    let basic = "Basic realm=\"https://123456789012.dkr.ecr.us-east-1.amazonaws.com/\",service=\"ecr.amazonaws.com\"";
    assert_eq!(challenge.header("www-authenticate"), basic);

    // Source of the status: aws/containers-roadmap#2835.
    let bad_request = ping_with_expired_token("bad_request", "GET").await;
    assert_eq!(bad_request.status(), 400);
    assert!(bad_request.body.contains(text));
    let head = ping_with_expired_token("bad_request", "HEAD").await;
    assert_eq!((head.status(), head.body.as_str()), (400, ""));
}

#[tokio::test]
async fn a_valid_token_is_not_affected_by_expired() {
    let ecr = mock_with_fault("action = { expired = 'challenge' }").await;
    let ping = RawRequest::ping("GET").with_token(&ecr.issue_token());
    assert_eq!(ping.to(&ecr).await.status(), 200);
    let stranger = RawRequest::ping("GET").authorized("Basic QVdTOng=");
    assert_eq!(stranger.to(&ecr).await.status(), 400);
}

#[tokio::test]
async fn expired_early_rejects_a_valid_token_a_number_of_times() {
    for (form, status) in [("forbidden", 403), ("challenge", 401), ("bad_request", 400)] {
        let expected = ping_with_expired_token(form, "GET").await;
        let fault = format!("match = {{ times = 2 }}\naction = {{ expired_early = '{form}' }}");
        let ecr = mock_with_fault(&fault).await;
        let ping = RawRequest::ping("GET").with_token(&ecr.issue_token());
        let responses = [
            ping.to(&ecr).await,
            ping.to(&ecr).await,
            ping.to(&ecr).await,
        ];
        assert_eq!(
            responses.each_ref().map(Response::status),
            [status, status, 200]
        );
        assert_eq!(responses[0].body, expected.body, "{form}");
        assert_eq!(
            responses[0].has("www-authenticate"),
            expected.has("www-authenticate")
        );
        let rejected = ecr.requests().status(status);
        assert_eq!(rejected.count(), 2);
        for entry in rejected.iter() {
            assert_eq!(entry.token, Some(ecr.issue_token().id()));
            assert!(entry.bearer.is_some() && entry.error.is_some());
        }
    }
}

#[tokio::test]
async fn expired_early_applies_to_valid_tokens_only() {
    let ecr = mock_with_fault("action = { expired_early = 'bad_request' }").await;
    let expired = ecr.issue_token();
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    let elsewhere = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    for (request, status) in [
        (RawRequest::ping("GET"), 401),
        (RawRequest::ping("GET").authorized("Basic QVdTOng="), 400),
        (RawRequest::ping("GET").with_token(&expired), 403),
        (
            RawRequest::ping("GET")
                .with_token(&ecr.issue_token())
                .on_host(elsewhere),
            401,
        ),
    ] {
        assert_eq!(request.to(&ecr).await.status(), status);
    }
    let [fault] = &ecr.faults().list()[..] else {
        panic!("expected one fault")
    };
    assert_eq!((fault.matched, fault.triggered), (0, 0));
}

#[tokio::test]
async fn a_request_that_expired_early_rejects_changes_nothing() {
    let ecr = MockEcr::builder()
        .frozen()
        .repository("app")
        .start()
        .await
        .unwrap();
    set(
        &ecr,
        "match = { times = 1 }\naction = { expired_early = 'forbidden' }",
    );
    let manifest = format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[]}}"#);
    let path = "/v2/app/manifests/1";
    let push = RawRequest::new("PUT", path)
        .with("Content-Type", INDEX)
        .body(manifest);
    let pull = RawRequest::new("GET", path).with_token(&ecr.issue_token());
    let push = push.with_token(&ecr.issue_token());
    assert_eq!(push.to(&ecr).await.status(), 403);
    assert_eq!(pull.to(&ecr).await.status(), 404);
    assert_eq!(push.to(&ecr).await.status(), 201);
    assert_eq!(pull.to(&ecr).await.status(), 200);
}

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

#[tokio::test]
async fn the_date_header_is_shifted() {
    let ecr = frozen_mock().await;
    set(
        &ecr,
        "match = { service = 'ecr' }\naction = { date = '-20m' }",
    );
    let response = token_call(&ecr).await;
    assert_eq!(response.header("date"), "Sun, 29 Nov 2015 21:10:53 GMT");
    set(&ecr, "action = { date = '+1h' }");
    let response = token_call(&ecr).await;
    assert_eq!(response.header("date"), "Sun, 29 Nov 2015 22:10:53 GMT");
}

#[tokio::test]
async fn an_expired_signature_is_reported_with_a_correct_or_a_shifted_date() {
    let text = "Signature expired: 20151129T213053Z is now earlier than 20151129T215053Z (20151129T220553Z - 15 min.)";
    let fault = format!(
        "action = {{ error = {{ code = 'InvalidSignatureException', message = '{text}' }} }}"
    );
    let ecr = mock_with_fault(&fault).await;
    let response = token_call(&ecr).await;
    response.assert_error("InvalidSignatureException", text);
    set(&ecr, "action = { date = '+35m' }");
    let response = token_call(&ecr).await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.header("date"), "Sun, 29 Nov 2015 22:05:53 GMT");
}
