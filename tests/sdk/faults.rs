//! The AWS SDK for Rust under faults.

use std::time::Duration;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::timeout::TimeoutConfig;
use aws_sdk_ecr::config::{Builder, SharedAsyncSleep};
use aws_sdk_ecr::error::ProvideErrorMetadata as _;
use aws_smithy_async::rt::sleep::TokioSleep;
use mock_ecr::MockEcr;
use mock_ecr::fault::Fault;

async fn frozen() -> (MockEcr, Client) {
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    (ecr, client)
}

fn set(ecr: &MockEcr, toml: &str) {
    ecr.faults().add(Fault::from_toml(toml).unwrap()).unwrap();
}

/// How many calls came, and how many of them were let through.
fn calls(ecr: &MockEcr) -> (usize, usize) {
    let calls = ecr.requests().operation("GetAuthorizationToken");
    (calls.clone().count(), calls.status(200).count())
}

#[tokio::test]
async fn throttled_calls_are_repeated_after_waits_that_take_no_real_time() {
    let (ecr, client) = frozen().await;
    let throttled = ecr.faults().throttling().times(2).set().unwrap();
    let before = ecr.clock().now();
    client.get_authorization_token().send().await.unwrap();
    assert_eq!(throttled.triggered(), 2);
    assert_eq!(calls(&ecr), (3, 1));
    assert!(ecr.clock().now() > before, "the waits moved the clock");
}

#[tokio::test]
async fn a_client_that_is_always_throttled_gives_up_after_three_tries() {
    let (ecr, client) = frozen().await;
    let throttled = ecr.faults().throttling().set().unwrap();
    let error = client.get_authorization_token().send().await.unwrap_err();
    assert_eq!(error.code(), Some("ThrottlingException"));
    assert_eq!(throttled.triggered(), 3);
}

#[tokio::test]
async fn broken_connections_are_tried_again() {
    for what in [
        "{ reset = 'before_headers' }",
        "{ close = 'before_headers' }",
        "{ close = { after_bytes = 10 } }",
        "{ error = 'ServiceUnavailable' }",
    ] {
        let (ecr, client) = frozen().await;
        set(&ecr, &format!("match = {{ times = 1 }}\naction = {what}"));
        client.get_authorization_token().send().await.unwrap();
        assert_eq!(ecr.requests().count(), 2, "{what}");
    }
}

#[tokio::test]
async fn a_client_that_has_a_limit_does_not_hang_on_a_stall() {
    for moment in ["'before_headers'", "{ after_bytes = 10 }"] {
        let (ecr, _) = frozen().await;
        set(
            &ecr,
            &format!("match = {{ times = 1 }}\naction = {{ stall = {moment} }}"),
        );
        let limits = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(1));
        let config = Builder::from(&ecr.sdk_config())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .timeout_config(limits.build());
        let client = Client::from_conf(config.build());
        client.get_authorization_token().send().await.unwrap();
        assert_eq!(ecr.requests().count(), 2, "{moment}");
    }
}

#[tokio::test]
async fn a_date_that_is_off_leads_signatures_astray_until_a_right_one_comes() {
    let (ecr, client) = frozen().await;
    set(&ecr, "match = { times = 1 }\naction = { date = '-20m' }");
    client.get_authorization_token().send().await.unwrap();
    // Signed twenty minutes too early, which the SDK does not try again; the date of the refusal puts the next one right.
    let rejected = client.get_authorization_token().send().await.unwrap_err();
    assert_eq!(rejected.code(), Some("InvalidSignatureException"));
    client.get_authorization_token().send().await.unwrap();
    assert_eq!(calls(&ecr), (3, 2));
}

#[tokio::test]
async fn wrong_answers_are_errors_and_not_panics() {
    for what in [
        "{ body = 'html' }",
        "{ body = 'not_json' }",
        "{ token = 'number' }",
        "{ expires_at = 'iso8601' }",
        "{ authorization_data = 'with_nulls' }",
        "'garbled_chunks'",
    ] {
        let (ecr, client) = frozen().await;
        set(&ecr, &format!("action = {what}"));
        assert!(
            client.get_authorization_token().send().await.is_err(),
            "{what}"
        );
    }
}

#[tokio::test]
async fn an_operation_that_is_not_implemented_is_reported_at_once() {
    let (ecr, client) = frozen().await;
    let error = client.describe_registry().send().await.unwrap_err();
    let error = error.into_service_error();
    assert_eq!(error.code(), Some("NotImplemented"));
    let message = "mock-ecr does not implement the operation DescribeRegistry of ecr";
    assert_eq!(error.message(), Some(message));
    assert_eq!(ecr.requests().operation("DescribeRegistry").count(), 1);
}
