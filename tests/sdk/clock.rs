use std::time::Duration;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::{Builder, SharedAsyncSleep};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use mock_ecr::config::{ClockStart, SigV4Clock};
use mock_ecr::{Config, MockEcr};

use crate::stub::Stub;

const TWELVE_YEARS: Duration = Duration::from_secs(12 * 365 * 24 * 3600);

async fn call(client: &Client) -> Result<f64, String> {
    let answer = client.get_authorization_token().send().await;
    let answer = answer.map_err(|error| format!("{:?}", error.into_service_error()))?;
    let data = &answer.authorization_data()[0];
    Ok(data.expires_at().unwrap().as_secs_f64())
}

/// A client as it would run in another process: on the system's clock and in real time.
fn client_in_real_time(ecr: &MockEcr) -> Client {
    let config = Builder::from(&ecr.sdk_config())
        .time_source(SharedTimeSource::new(SystemTimeSource::new()))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()));
    Client::from_conf(config.build())
}

/// The SDK learns how far its clock is off from the `Date` of every answer; a server with a `Date` of its own makes
/// the second call fail.
#[tokio::test]
async fn ten_calls_in_a_row_succeed_under_a_frozen_clock() {
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    for _ in 0..10 {
        assert_eq!(call(&client).await, Ok(1_448_875_853.241));
    }
    let requests = ecr.requests().operation("GetAuthorizationToken");
    assert_eq!(requests.count(), 10);
    assert_eq!(
        requests.status(200).count(),
        10,
        "none was refused and tried again"
    );
}

#[tokio::test]
async fn calls_go_on_while_the_clock_is_moved() {
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    for expected in [1_448_875_853.241, 1_448_919_053.241, 1_448_962_253.241] {
        assert_eq!(call(&client).await, Ok(expected));
        ecr.clock().advance(Duration::from_secs(12 * 3600));
    }
}

/// The SDK also sleeps beside its requests, as a guard; a sleep that returned at once would fail every call.
#[tokio::test]
async fn retries_wait_on_the_clock_instead_of_in_real_time() {
    let stub = Stub::failing(2).await;
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let config = Builder::from(&ecr.sdk_config()).endpoint_url(&stub.url);
    let before = ecr.clock().now();

    let answer = Client::from_conf(config.build())
        .get_authorization_token()
        .send()
        .await;

    assert!(answer.unwrap().authorization_data().is_empty());
    assert_eq!(stub.answered(), 3);
    assert!(
        ecr.clock().now() > before,
        "the waits between the tries moved the clock"
    );
}

#[tokio::test]
async fn a_client_in_real_time_is_let_in_by_a_mock_twelve_years_off() {
    let starts = [ClockStart::FROZEN, ClockStart::System];
    for start in starts {
        let ecr = MockEcr::builder().clock(start).start().await.unwrap();
        ecr.clock().advance(TWELVE_YEARS);
        let client = client_in_real_time(&ecr);
        for _ in 0..3 {
            call(&client).await.unwrap();
        }
        assert_eq!(
            ecr.requests().count(),
            3,
            "none was refused and tried again"
        );
    }
}

#[tokio::test]
async fn a_client_in_real_time_is_rejected_at_first_if_the_config_goes_by_the_mock_s_clock_alone() {
    let mut config = Config::default();
    config.clock = ClockStart::FROZEN;
    config.sigv4_clock = SigV4Clock::Mock;
    let ecr = MockEcr::from_config(config).start().await.unwrap();
    let _ = call(&client_in_real_time(&ecr)).await;
    let requests = ecr.requests();
    let first = requests.iter().next().unwrap();
    assert_eq!(first.error, Some("InvalidSignatureException"));
}
