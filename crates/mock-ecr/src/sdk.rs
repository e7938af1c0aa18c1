//! The AWS SDK for Rust, on the mock's clock.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep, TokioSleep};
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::StalledStreamProtectionConfig;

use crate::clock::Clock;
use crate::iam::principal::Principal;
use crate::mock_ecr::MockEcr;

impl MockEcr {
    /// The SDK's configuration for this mock: endpoint, region, the first principal's credentials, and the mock's clock.
    ///
    /// The SDK attributes, retries and caches by the mock's time. Under a frozen clock its waits between tries take no real
    /// time; they move the clock instead. Nothing is read from the environment or from files.
    pub fn sdk_config(&self) -> SdkConfig {
        self.sdk_config_for(&self.config().default_principal())
    }

    /// The same with the credentials of another principal, known to this mock or not.
    pub fn sdk_config_for(&self, principal: &Principal) -> SdkConfig {
        let clock = self.clock().clone();
        let sleep = VirtualSleep(clock.clone());
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(self.url())
            .region(Region::new(self.config().region.to_string()))
            .credentials_provider(SharedCredentialsProvider::new(credentials(principal)))
            .time_source(MockTime(clock))
            .sleep_impl(sleep)
            // The guards against slow networks would count the mock's time, and there is no slow network here.
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::standard())
            // There is no TLS on the loopback address, and so no need for anybody's certificates.
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build()
    }
}

fn credentials(principal: &Principal) -> Credentials {
    let token = principal.session_token.as_ref();
    Credentials::new(
        &principal.access_key_id,
        principal.secret_access_key.expose(),
        token.map(|token| token.expose().to_owned()),
        principal.expires.map(Into::into),
        "mock-ecr",
    )
}

#[derive(Debug)]
struct MockTime(Clock);

impl TimeSource for MockTime {
    fn now(&self) -> SystemTime {
        self.0.now().into()
    }
}

/// Sleeps that move a frozen clock on, and take their time under a running one.
#[derive(Clone, Debug)]
struct VirtualSleep(Clock);

impl AsyncSleep for VirtualSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        if !self.0.is_frozen() {
            return TokioSleep::new().sleep(duration);
        }
        let clock = self.0.clone();
        Sleep::new(async move {
            // The SDK also sleeps beside a request, as a guard, and drops the guard when the request is done. A sleep that
            // returned at once would always overtake it.
            TokioSleep::new().sleep(MIN_SLEEP).await;
            clock.advance(duration);
        })
    }
}

const MIN_SLEEP: Duration = Duration::from_millis(5);
