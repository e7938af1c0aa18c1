//! `TokenSource` with the AWS SDK, on the mock and its clock.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that cannot go on fails the test that called it"
)]

mod contract;

use std::time::Duration;

use ecr_token_source::{AnswerError, Credentials, Registry, Sdk, TokenError, TokenSource};
use mock_ecr::MockEcr;
use mock_ecr::fault::{
    AuthorizationData, BodyFault, EndpointFault, ExpiresAt, FaultAction, TokenFault,
};
use mock_ecr::token::Revocation;

async fn frozen() -> MockEcr {
    MockEcr::builder().frozen().start().await.unwrap()
}

/// The registry of the mock's own account, or another region's or account's.
fn registry(account: &str, region: &str) -> Registry {
    let host = format!("{account}.dkr.ecr.{region}.amazonaws.com");
    Registry::of(&host).unwrap()
}

fn own(ecr: &MockEcr) -> Registry {
    let account = ecr.config().default_principal().arn.account().to_string();
    registry(&account, ecr.config().region.as_str())
}

/// A source of the mock's own registry, by the mock's clock.
fn source(ecr: &MockEcr) -> TokenSource {
    source_of(ecr, own(ecr))
}

fn source_of(ecr: &MockEcr, registry: Registry) -> TokenSource {
    let clock = ecr.clock().clone();
    let client = aws_sdk_ecr::Client::new(&ecr.sdk_config());
    TokenSource::builder(Sdk::new(client))
        .registry(registry)
        .clock(move || clock.now().into())
        .build()
}

fn calls(ecr: &MockEcr) -> usize {
    ecr.requests().operation("GetAuthorizationToken").count()
}

fn opens(ecr: &MockEcr, credentials: &Credentials) -> bool {
    ecr.verify_token(credentials.password.expose()).is_ok()
}

async fn error_under(what: FaultAction) -> TokenError {
    let ecr = frozen().await;
    let fault = ecr.faults().action(what).set().unwrap();
    let error = source(&ecr).get().await.unwrap_err();
    assert!(fault.triggered() > 0);
    error
}

#[tokio::test]
async fn what_is_handed_out_opens_the_registry_all_day_long() {
    let ecr = frozen().await;
    let source = source(&ecr);
    for _ in 0..48 {
        assert!(opens(&ecr, &source.get().await.unwrap()));
        ecr.clock().advance(Duration::from_secs(1800));
    }
    assert_eq!(calls(&ecr), 3);
}

#[tokio::test]
async fn throttling_is_waited_for() {
    let ecr = frozen().await;
    let throttled = ecr.faults().throttling().times(2).set().unwrap();
    assert!(source(&ecr).get().await.is_ok());
    assert_eq!(throttled.triggered(), 2);
}

#[tokio::test]
async fn an_outage_is_outlasted_by_the_token_until_its_end() {
    let ecr = frozen().await;
    let source = source(&ecr);
    let first = source.get().await.unwrap();
    let _down = ecr.faults().error("ServiceUnavailable").set().unwrap();
    ecr.clock().advance(Duration::from_secs(11 * 3600 + 1800));
    assert_eq!(source.get().await.unwrap(), first);
    ecr.clock().advance(Duration::from_secs(1800));
    let error = source.get().await.unwrap_err();
    assert!(matches!(error, TokenError::Fetch(_)), "{error:?}");
}

#[tokio::test]
async fn a_revoked_token_is_replaced_by_one_that_opens() {
    let ecr = frozen().await;
    let source = source(&ecr);
    let revoked = source.get().await.unwrap();
    let issued = ecr.clock().now();
    ecr.clock().advance(Duration::from_secs(60));
    ecr.revoke(Revocation::IssuedBefore(ecr.clock().now()));
    assert!(issued < ecr.clock().now() && !opens(&ecr, &revoked));
    for _ in 0..2 {
        let next = source.get_after_refusal(&revoked).await.unwrap();
        assert!(opens(&ecr, &next));
    }
    assert_eq!(calls(&ecr), 2);
}

/// A frozen mock issues the same token twice, as a service does that has not noticed.
#[tokio::test]
async fn the_token_that_was_refused_is_no_answer() {
    let ecr = frozen().await;
    let source = source(&ecr);
    let refused = source.get().await.unwrap();
    let again = source.get_after_refusal(&refused).await;
    assert!(matches!(again, Err(TokenError::Refused)), "{again:?}");
}

#[tokio::test]
async fn the_region_and_the_account_are_those_of_the_registry() {
    let ecr = frozen().await;
    let account = own(&ecr).account().to_owned();
    let far = source_of(&ecr, registry(&account, "eu-west-1"));
    let credentials = far.get().await.unwrap();
    assert!(credentials.registry.contains("eu-west-1"));
    assert!(opens(&ecr, &credentials));
}

#[tokio::test]
async fn what_is_no_answer_is_an_error() {
    for body in [BodyFault::Html, BodyFault::Empty, BodyFault::NotJson] {
        error_under(FaultAction::Body(body)).await;
    }
    for data in [
        AuthorizationData::Empty,
        AuthorizationData::Null,
        AuthorizationData::Missing,
    ] {
        let error = error_under(FaultAction::AuthorizationData(data)).await;
        assert!(
            matches!(error, TokenError::Answer(AnswerError::Empty)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn what_is_no_token_is_an_error() {
    for (token, expected) in [
        (TokenFault::NoColon, AnswerError::NoLogin),
        (TokenFault::Empty, AnswerError::NoLogin),
        (TokenFault::NotBase64, AnswerError::NotBase64),
        (TokenFault::Null, AnswerError::NoToken),
        (TokenFault::Missing, AnswerError::NoToken),
    ] {
        let error = error_under(FaultAction::Token(token)).await;
        let TokenError::Answer(found) = error else {
            panic!("{error:?}");
        };
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_foreign_registry_is_an_error() {
    let account = "210987654321".parse().unwrap();
    for what in [
        FaultAction::AuthorizationData(AuthorizationData::Account(account)),
        FaultAction::ProxyEndpoint(EndpointFault::Foreign),
    ] {
        let error = error_under(what).await;
        let foreign = matches!(error, TokenError::Answer(AnswerError::Foreign { .. }));
        assert!(foreign, "{error:?}");
    }
    for endpoint in [EndpointFault::Null, EndpointFault::Missing] {
        let error = error_under(FaultAction::ProxyEndpoint(endpoint)).await;
        assert!(
            matches!(error, TokenError::Answer(AnswerError::NoEndpoint)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn odd_answers_are_answers() {
    for what in [
        FaultAction::AuthorizationData(AuthorizationData::Doubled),
        FaultAction::Token(TokenFault::OtherUser),
        FaultAction::Token(TokenFault::Long),
        FaultAction::ProxyEndpoint(EndpointFault::NoScheme),
        FaultAction::ProxyEndpoint(EndpointFault::Slash),
        FaultAction::ExpiresAt(ExpiresAt::Integer),
    ] {
        let ecr = frozen().await;
        let _fault = ecr.faults().action(what.clone()).set().unwrap();
        let credentials = source(&ecr).get().await;
        assert!(credentials.is_ok(), "{what:?}: {credentials:?}");
    }
}

#[tokio::test]
async fn a_colon_belongs_to_the_password() {
    let ecr = frozen().await;
    let _colons = ecr
        .faults()
        .action(FaultAction::Token(TokenFault::Colons))
        .set()
        .unwrap();
    let credentials = source(&ecr).get().await.unwrap();
    assert_eq!(credentials.username, "AWS");
    assert!(credentials.password.expose().contains(':'));
}

#[tokio::test]
async fn an_absurd_end_is_for_one_use() {
    for absurd in [ExpiresAt::Past, ExpiresAt::Missing, ExpiresAt::Null] {
        let ecr = frozen().await;
        let _absurd = ecr
            .faults()
            .action(FaultAction::ExpiresAt(absurd))
            .set()
            .unwrap();
        let source = source(&ecr);
        source.get().await.unwrap();
        source.get().await.unwrap();
        assert_eq!(calls(&ecr), 2);
    }
}

#[tokio::test]
async fn a_far_end_keeps_a_token_no_longer_than_it_lives() {
    for absurd in [ExpiresAt::Far, ExpiresAt::Milliseconds] {
        let ecr = frozen().await;
        let _absurd = ecr
            .faults()
            .action(FaultAction::ExpiresAt(absurd))
            .set()
            .unwrap();
        let source = source(&ecr);
        source.get().await.unwrap();
        ecr.clock().advance(Duration::from_secs(12 * 3600));
        assert!(opens(&ecr, &source.get().await.unwrap()));
    }
}
