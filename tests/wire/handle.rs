//! The methods of `MockEcr` on a running mock.

use std::time::Duration;

use mock_ecr::token::{Revocation, TokenError};
use mock_ecr::{Config, MockEcr, Preserve, Principal, Region};

use crate::raw::{RawRequest, frozen_mock, now};
use crate::signer::Signer;

/// Longer than any test runs.
const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn tokens_are_returned_with_their_uses() {
    let ecr = frozen_mock().await;
    let (token, unused) = (ecr.issue_token(), {
        ecr.clock().advance(Duration::from_secs(1));
        ecr.issue_token()
    });
    RawRequest::ping("GET").with_token(&token).to(&ecr).await;
    ecr.clock().advance(Duration::from_secs(1));
    ecr.revoke(Revocation::Token(token.id())).unwrap();
    RawRequest::ping("GET").with_token(&token).to(&ecr).await;

    let tokens = ecr.tokens();
    let uses: Vec<_> = tokens.iter().map(|t| (t.id, t.presented)).collect();
    assert_eq!(uses, [(token.id(), 2), (unused.id(), 0)]);
    assert_eq!(tokens[0].claims.issued, now());
    assert_eq!(
        tokens[0].last_presented,
        Some(now() + Duration::from_secs(2))
    );
    let revoked = TokenError::Revoked { id: token.id() };
    assert_eq!(tokens[0].error, Some(revoked));
    assert_eq!((tokens[1].last_presented, &tokens[1].error), (None, &None));
}

#[tokio::test]
async fn a_token_of_another_mock_is_listed_once_presented() {
    let (ecr, other) = (frozen_mock().await, frozen_mock().await);
    let token = other.issue_token();
    assert!(ecr.tokens().is_empty());
    RawRequest::ping("GET").with_token(&token).to(&ecr).await;
    assert_eq!(ecr.tokens()[0].id, token.id());
}

/// The error message of the API for unknown credentials.
const UNKNOWN: &str = "The security token included in the request is invalid.";

#[tokio::test]
async fn credentials_can_be_added_to_a_running_mock() {
    let ecr = frozen_mock().await;
    let arn = "arn:aws:sts::123456789012:assumed-role/ci/job";
    let session = Principal::new(arn.parse().unwrap(), "ASIAIOSFODNN7EXAMPLE", "secret")
        .session_token("session");
    let signer = Signer::new(&session);
    let call = || RawRequest::token_call().signed_by(&signer);
    let unknown = call().to(&ecr).await;
    unknown.assert_error("UnrecognizedClientException", UNKNOWN);

    ecr.add_session(session.clone()).unwrap();
    let response = call().to(&ecr).await;
    assert_eq!(response.status(), 200);
    let token = ecr.issue_token_for(arn.parse().unwrap(), Region::default());
    assert!(ecr.verify_token(token.as_str()).is_ok());
    let error = ecr.add_session(session).unwrap_err().to_string();
    assert!(error.contains("ASIAIOSFODNN7EXAMPLE"), "{error}");

    ecr.reset(Preserve::Nothing).await.unwrap();
    let unknown = call().to(&ecr).await;
    unknown.assert_error("UnrecognizedClientException", UNKNOWN);
    assert!(ecr.verify_token(token.as_str()).is_err());
}

#[tokio::test]
async fn a_session_added_again_has_the_new_secret() {
    let ecr = frozen_mock().await;
    let arn = "arn:aws:sts::123456789012:assumed-role/ci/job";
    let with = |secret: &str| Principal::new(arn.parse().unwrap(), "ASIAONE", secret);
    let status = async |secret: &str| {
        let call = RawRequest::token_call().signed_by(&Signer::new(&with(secret)));
        call.to(&ecr).await.status()
    };
    ecr.add_session(with("old")).unwrap();
    assert_eq!(status("old").await, 200);
    ecr.reset(Preserve::Nothing).await.unwrap();
    ecr.add_session(with("new")).unwrap();
    assert_eq!((status("new").await, status("old").await), (200, 400));
}

#[tokio::test]
async fn a_session_of_an_unlisted_account_is_rejected() {
    let config = Config::parse("[[accounts]]\nid = '123456789012'\n").unwrap();
    let ecr = MockEcr::from_config(config).start().await.unwrap();
    let arn = "arn:aws:sts::210987654321:assumed-role/ci/job";
    let session = Principal::new(arn.parse().unwrap(), "ASIAONE", "secret");
    let error = ecr.add_session(session).unwrap_err().to_string();
    assert!(error.contains("210987654321"), "{error}");
}

#[tokio::test]
async fn a_reset_restores_the_initial_state() {
    let builder = MockEcr::builder().frozen().repository("app");
    let ecr = builder.start().await.unwrap();
    let call = RawRequest::token_call().signed();
    let first = call.to(&ecr).await;
    let token = ecr.issue_token();
    ecr.revoke(Revocation::Token(token.id())).unwrap();
    let create = RawRequest::call("CreateRepository").body(r#"{"repositoryName":"made"}"#);
    create.signed().to(&ecr).await;
    ecr.clock().advance(Duration::from_secs(7));

    ecr.reset(Preserve::Nothing).await.unwrap();
    assert_eq!(ecr.clock().now(), now());
    assert_eq!(ecr.requests().count(), 0);
    assert!(ecr.tokens().is_empty());
    assert!(ecr.verify_token(token.as_str()).is_ok());
    assert_eq!(
        call.to(&ecr).await,
        first,
        "request IDs repeat after a reset"
    );
    assert_eq!(ecr.tokens().len(), 1);
    assert_eq!(repositories(&ecr).await, ["app"]);
}

#[tokio::test]
async fn a_reset_can_preserve_images() {
    let ecr = frozen_mock().await;
    let create = RawRequest::call("CreateRepository").body(r#"{"repositoryName":"made"}"#);
    create.signed().to(&ecr).await;
    ecr.reset(Preserve::Images).await.unwrap();
    assert_eq!(ecr.requests().count(), 0);
    assert_eq!(repositories(&ecr).await, ["made"]);
}

async fn repositories(ecr: &MockEcr) -> Vec<String> {
    let response = RawRequest::call("DescribeRepositories").signed();
    let response: serde_json::Value = serde_json::from_str(&response.to(ecr).await.body).unwrap();
    let all = response["repositories"].as_array().unwrap().iter();
    all.map(|one| one["repositoryName"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_wait_ends_when_enough_requests_were_received() {
    let ecr = frozen_mock().await;
    RawRequest::ping("GET").to(&ecr).await;
    let waiting = ecr.requests().status(401).wait(2, LONG);
    let (received, _) = tokio::join!(waiting, async {
        RawRequest::new("GET", "/favicon.ico").to(&ecr).await;
        RawRequest::ping("HEAD").to(&ecr).await
    });
    let received = received.unwrap();
    assert_eq!(received.count(), 2);
    assert_eq!(received.last().unwrap().method, "HEAD");
}

#[tokio::test]
async fn a_wait_that_times_out_returns_the_requests_received() {
    let ecr = frozen_mock().await;
    RawRequest::ping("GET").to(&ecr).await;
    let waited = ecr.requests().wait(2, Duration::ZERO).await;
    let error = waited.unwrap_err();
    assert_eq!(error.found.count(), 1);
    assert_eq!(
        error.to_string(),
        "received 1 of 2 expected requests within 0ns"
    );
}
