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
    let response = client.get_authorization_token().send().await;
    let response = response.map_err(|error| format!("{:?}", error.into_service_error()))?;
    let data = &response.authorization_data()[0];
    Ok(data.expires_at().unwrap().as_secs_f64())
}

/// Returns a client with the system clock and real sleeps, like a client in another process.
fn client_in_real_time(ecr: &MockEcr) -> Client {
    let config = Builder::from(&ecr.sdk_config())
        .time_source(SharedTimeSource::new(SystemTimeSource::new()))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()));
    Client::from_conf(config.build())
}

/// The SDK corrects its clock with the `Date` header of every response. If the header had another time than the mock's clock, the
/// second call would fail.
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
        "no call was rejected and retried"
    );
}

#[tokio::test]
async fn calls_succeed_while_the_clock_advances() {
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    for expected in [1_448_875_853.241, 1_448_919_053.241, 1_448_962_253.241] {
        assert_eq!(call(&client).await, Ok(expected));
        ecr.clock().advance(Duration::from_secs(12 * 3600));
    }
}

/// The SDK also sleeps in parallel to a request to detect a timeout. If such a sleep returned immediately, every call would fail.
#[tokio::test]
async fn retries_wait_on_the_clock_of_the_mock() {
    let stub = Stub::failing(2).await;
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let config = Builder::from(&ecr.sdk_config()).endpoint_url(&stub.url);
    let before = ecr.clock().now();

    let response = Client::from_conf(config.build())
        .get_authorization_token()
        .send()
        .await;

    assert!(response.unwrap().authorization_data().is_empty());
    assert_eq!(stub.n_requests(), 3);
    assert!(
        ecr.clock().now() > before,
        "the waits between the attempts advance the clock"
    );
}

#[tokio::test]
async fn a_client_in_real_time_is_accepted_by_a_mock_twelve_years_ahead() {
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
            "no call was rejected and retried"
        );
    }
}

#[tokio::test]
async fn sigv4_clock_mock_rejects_the_first_call_of_a_client_in_real_time() {
    let mut config = Config::default();
    config.clock = ClockStart::FROZEN;
    config.sigv4_clock = SigV4Clock::Mock;
    let ecr = MockEcr::from_config(config).start().await.unwrap();
    let _ = call(&client_in_real_time(&ecr)).await;
    let requests = ecr.requests();
    let first = requests.iter().next().unwrap();
    assert_eq!(first.error, Some("InvalidSignatureException"));
}
