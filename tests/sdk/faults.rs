//! The AWS SDK for Rust with faults of the mock.

use std::time::Duration;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::timeout::TimeoutConfig;
use aws_sdk_ecr::config::{Builder, SharedAsyncSleep};
use aws_sdk_ecr::error::ProvideErrorMetadata as _;
use aws_smithy_async::rt::sleep::TokioSleep;
use mock_ecr::MockEcr;
use mock_ecr::fault::Fault;

async fn frozen_mock() -> (MockEcr, Client) {
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    (ecr, client)
}

fn set(ecr: &MockEcr, toml: &str) {
    ecr.faults().add(Fault::from_toml(toml).unwrap()).unwrap();
}

/// Returns the number of calls and the number of successful calls.
fn calls(ecr: &MockEcr) -> (usize, usize) {
    let calls = ecr.requests().operation("GetAuthorizationToken");
    (calls.clone().count(), calls.status(200).count())
}

#[tokio::test]
async fn throttled_calls_are_retried_after_simulated_waits() {
    let (ecr, client) = frozen_mock().await;
    let throttled = ecr.faults().throttling().times(2).set().unwrap();
    let before = ecr.clock().now();
    client.get_authorization_token().send().await.unwrap();
    assert_eq!(throttled.triggered(), 2);
    assert_eq!(calls(&ecr), (3, 1));
    assert!(ecr.clock().now() > before, "the waits advance the clock");
}

#[tokio::test]
async fn a_throttled_client_returns_an_error_after_three_attempts() {
    let (ecr, client) = frozen_mock().await;
    let throttled = ecr.faults().throttling().set().unwrap();
    let error = client.get_authorization_token().send().await.unwrap_err();
    assert_eq!(error.code(), Some("ThrottlingException"));
    assert_eq!(throttled.triggered(), 3);
}

#[tokio::test]
async fn calls_are_retried_after_connection_errors() {
    for action in [
        "{ reset = 'before_headers' }",
        "{ close = 'before_headers' }",
        "{ close = { after_bytes = 10 } }",
        "{ error = 'ServiceUnavailable' }",
    ] {
        let (ecr, client) = frozen_mock().await;
        set(&ecr, &format!("match = {{ times = 1 }}\naction = {action}"));
        client.get_authorization_token().send().await.unwrap();
        assert_eq!(ecr.requests().count(), 2, "{action}");
    }
}

#[tokio::test]
async fn a_client_with_a_timeout_retries_after_a_stall() {
    for cut_point in ["'before_headers'", "{ after_bytes = 10 }"] {
        let (ecr, _) = frozen_mock().await;
        set(
            &ecr,
            &format!("match = {{ times = 1 }}\naction = {{ stall = {cut_point} }}"),
        );
        let limits = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(1));
        let config = Builder::from(&ecr.sdk_config())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .timeout_config(limits.build());
        let client = Client::from_conf(config.build());
        client.get_authorization_token().send().await.unwrap();
        assert_eq!(ecr.requests().count(), 2, "{cut_point}");
    }
}

#[tokio::test]
async fn a_shifted_date_invalidates_signatures_until_a_correct_date_is_received() {
    let (ecr, client) = frozen_mock().await;
    set(&ecr, "match = { times = 1 }\naction = { date = '-20m' }");
    client.get_authorization_token().send().await.unwrap();
    // The signature is twenty minutes too early. The SDK does not retry, but corrects its clock with the date of the error.
    let rejected = client.get_authorization_token().send().await.unwrap_err();
    assert_eq!(rejected.code(), Some("InvalidSignatureException"));
    client.get_authorization_token().send().await.unwrap();
    assert_eq!(calls(&ecr), (3, 2));
}

#[tokio::test]
async fn invalid_responses_are_errors() {
    for action in [
        "{ body = 'html' }",
        "{ body = 'not_json' }",
        "{ token = 'number' }",
        "{ expires_at = 'iso8601' }",
        "{ authorization_data = 'with_nulls' }",
        "'garbled_chunks'",
    ] {
        let (ecr, client) = frozen_mock().await;
        set(&ecr, &format!("action = {action}"));
        assert!(
            client.get_authorization_token().send().await.is_err(),
            "{action}"
        );
    }
}

/// The mock has each operation of the client's service, so the request is changed to an operation of another service.
#[tokio::test]
async fn an_operation_that_is_not_implemented_is_not_retried() {
    let (ecr, client) = frozen_mock().await;
    let call = client.describe_registry().customize();
    let call = call.mutate_request(|request| {
        let target = "SpencerFrontendService.DescribeRegistries";
        request.headers_mut().insert("x-amz-target", target);
    });
    let error = call.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("NotImplemented"));
    let message = "mock-ecr does not implement the operation DescribeRegistries of ecr-public";
    assert_eq!(error.message(), Some(message));
    assert_eq!(ecr.requests().operation("DescribeRegistries").count(), 1);
}
