//! `TokenSource` with the AWS SDK, against a mock with a frozen clock.

#![allow(
    clippy::unwrap_used,
    reason = "a failure in a helper fails the test that called it"
)]

mod contract;

use std::time::Duration;

use ecr_token_source::{Credentials, Registry, ResponseError, SdkFetcher, TokenError, TokenSource};
use mock_ecr::MockEcr;
use mock_ecr::fault::{
    AuthorizationData, BodyFault, EndpointFault, ExpiresAt, FaultAction, TokenFault,
};
use mock_ecr::token::Revocation;

async fn frozen() -> MockEcr {
    MockEcr::builder().frozen().start().await.unwrap()
}

/// Returns a registry of this account and region.
fn registry(account: &str, region: &str) -> Registry {
    let host = format!("{account}.dkr.ecr.{region}.amazonaws.com");
    Registry::parse(&host).unwrap()
}

fn own_registry(ecr: &MockEcr) -> Registry {
    let account = ecr.config().default_principal().arn.account().to_string();
    registry(&account, ecr.config().region.as_str())
}

/// Returns a source of the mock's own registry that uses the mock's clock.
fn source(ecr: &MockEcr) -> TokenSource {
    source_for(ecr, own_registry(ecr))
}

fn source_for(ecr: &MockEcr, registry: Registry) -> TokenSource {
    let clock = ecr.clock().clone();
    let client = aws_sdk_ecr::Client::new(&ecr.sdk_config());
    TokenSource::builder(SdkFetcher::new(client))
        .registry(registry)
        .clock(move || clock.now().into())
        .build()
}

fn calls(ecr: &MockEcr) -> usize {
    ecr.requests().operation("GetAuthorizationToken").count()
}

fn is_valid(ecr: &MockEcr, credentials: &Credentials) -> bool {
    ecr.verify_token(credentials.password.expose()).is_ok()
}

async fn error_with_fault(action: FaultAction) -> TokenError {
    let ecr = frozen().await;
    let fault = ecr.faults().action(action).set().unwrap();
    let error = source(&ecr).get().await.unwrap_err();
    assert!(fault.triggered() > 0);
    error
}

#[tokio::test]
async fn every_returned_token_is_valid_for_a_whole_day() {
    let ecr = frozen().await;
    let source = source(&ecr);
    for _ in 0..48 {
        assert!(is_valid(&ecr, &source.get().await.unwrap()));
        ecr.clock().advance(Duration::from_secs(1800));
    }
    assert_eq!(calls(&ecr), 3);
}

#[tokio::test]
async fn a_throttled_call_is_retried() {
    let ecr = frozen().await;
    let throttled = ecr.faults().throttling().times(2).set().unwrap();
    assert!(source(&ecr).get().await.is_ok());
    assert_eq!(throttled.triggered(), 2);
}

#[tokio::test]
async fn the_token_is_returned_during_an_outage_until_it_expires() {
    let ecr = frozen().await;
    let source = source(&ecr);
    let first = source.get().await.unwrap();
    ecr.faults().error("ServiceUnavailable").set().unwrap();
    ecr.clock().advance(Duration::from_secs(11 * 3600 + 1800));
    assert_eq!(source.get().await.unwrap(), first);
    ecr.clock().advance(Duration::from_secs(1800));
    let error = source.get().await.unwrap_err();
    assert!(matches!(error, TokenError::Fetch(_)), "{error:?}");
}

#[tokio::test]
async fn a_revoked_token_is_replaced_by_a_valid_one() {
    let ecr = frozen().await;
    let source = source(&ecr);
    let revoked = source.get().await.unwrap();
    let issued = ecr.clock().now();
    ecr.clock().advance(Duration::from_secs(60));
    ecr.revoke(Revocation::IssuedBefore(ecr.clock().now()))
        .unwrap();
    assert!(issued < ecr.clock().now() && !is_valid(&ecr, &revoked));
    for _ in 0..2 {
        let next = source.get_after_rejection(&revoked).await.unwrap();
        assert!(is_valid(&ecr, &next));
    }
    assert_eq!(calls(&ecr), 2);
}

/// A frozen mock issues the same token twice.
#[tokio::test]
async fn a_rejected_token_issued_again_is_an_error() {
    let ecr = frozen().await;
    let source = source(&ecr);
    let rejected = source.get().await.unwrap();
    let result = source.get_after_rejection(&rejected).await;
    assert!(matches!(result, Err(TokenError::Rejected)), "{result:?}");
}

#[tokio::test]
async fn the_call_uses_the_region_and_account_of_the_registry() {
    let ecr = frozen().await;
    let account = own_registry(&ecr).account().to_owned();
    let other_region = source_for(&ecr, registry(&account, "eu-west-1"));
    let credentials = other_region.get().await.unwrap();
    assert!(credentials.registry.contains("eu-west-1"));
    assert!(is_valid(&ecr, &credentials));
}

#[tokio::test]
async fn an_unusable_response_is_an_error() {
    for body in [BodyFault::Html, BodyFault::Empty, BodyFault::NotJson] {
        error_with_fault(FaultAction::Body(body)).await;
    }
    for data in [
        AuthorizationData::Empty,
        AuthorizationData::Null,
        AuthorizationData::Missing,
    ] {
        let error = error_with_fault(FaultAction::AuthorizationData(data)).await;
        assert!(
            matches!(error, TokenError::Response(ResponseError::Empty)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn an_unusable_token_is_an_error() {
    for (token, expected) in [
        (TokenFault::NoColon, ResponseError::NotUserPassword),
        (TokenFault::Empty, ResponseError::NotUserPassword),
        (TokenFault::NotBase64, ResponseError::NotBase64),
        (TokenFault::Null, ResponseError::MissingToken),
        (TokenFault::Missing, ResponseError::MissingToken),
    ] {
        let error = error_with_fault(FaultAction::Token(token)).await;
        let TokenError::Response(found) = error else {
            panic!("{error:?}");
        };
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn another_registry_is_an_error() {
    let account = "210987654321".parse().unwrap();
    for action in [
        FaultAction::AuthorizationData(AuthorizationData::Account(account)),
        FaultAction::ProxyEndpoint(EndpointFault::Foreign),
    ] {
        let error = error_with_fault(action).await;
        let is_mismatch = matches!(
            error,
            TokenError::Response(ResponseError::RegistryMismatch { .. })
        );
        assert!(is_mismatch, "{error:?}");
    }
    for endpoint in [EndpointFault::Null, EndpointFault::Missing] {
        let error = error_with_fault(FaultAction::ProxyEndpoint(endpoint)).await;
        assert!(
            matches!(error, TokenError::Response(ResponseError::MissingEndpoint)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn unusual_responses_are_accepted() {
    for action in [
        FaultAction::AuthorizationData(AuthorizationData::Doubled),
        FaultAction::Token(TokenFault::OtherUser),
        FaultAction::Token(TokenFault::Long),
        FaultAction::ProxyEndpoint(EndpointFault::NoScheme),
        FaultAction::ProxyEndpoint(EndpointFault::Slash),
        FaultAction::ExpiresAt(ExpiresAt::Integer),
    ] {
        let ecr = frozen().await;
        ecr.faults().action(action.clone()).set().unwrap();
        let credentials = source(&ecr).get().await;
        assert!(credentials.is_ok(), "{action:?}: {credentials:?}");
    }
}

#[tokio::test]
async fn a_password_may_contain_colons() {
    let ecr = frozen().await;
    ecr.faults()
        .action(FaultAction::Token(TokenFault::Colons))
        .set()
        .unwrap();
    let credentials = source(&ecr).get().await.unwrap();
    assert_eq!(credentials.username, "AWS");
    assert!(credentials.password.expose().contains(':'));
}

#[tokio::test]
async fn a_token_without_a_valid_expiry_is_not_reused() {
    for expires_at in [ExpiresAt::Past, ExpiresAt::Missing, ExpiresAt::Null] {
        let ecr = frozen().await;
        ecr.faults()
            .action(FaultAction::ExpiresAt(expires_at))
            .set()
            .unwrap();
        let source = source(&ecr);
        source.get().await.unwrap();
        source.get().await.unwrap();
        assert_eq!(calls(&ecr), 2);
    }
}

#[tokio::test]
async fn a_distant_expiry_does_not_extend_the_ttl() {
    for expires_at in [ExpiresAt::Far, ExpiresAt::Milliseconds] {
        let ecr = frozen().await;
        ecr.faults()
            .action(FaultAction::ExpiresAt(expires_at))
            .set()
            .unwrap();
        let source = source(&ecr);
        source.get().await.unwrap();
        ecr.clock().advance(Duration::from_secs(12 * 3600));
        assert!(is_valid(&ecr, &source.get().await.unwrap()));
    }
}
