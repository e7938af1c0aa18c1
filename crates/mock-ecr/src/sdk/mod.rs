//! Configures the AWS SDK for Rust with the endpoint, the credentials and the clock of a mock.

mod client;

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
use crate::mock_ecr::{MockEcr, Transport};

impl MockEcr {
    /// Returns the SDK configuration for this mock: the endpoint, the Region, the credentials of the first principal,
    /// and the clock of the mock. Environment variables and configuration files are not read.
    ///
    /// The SDK uses the clock of the mock for signatures, retries and caches. If the clock is frozen, a wait between
    /// two attempts advances the clock by the duration of the wait, and takes about 5 milliseconds of real time.
    /// Timeouts and stalled-stream protection are disabled, because the SDK would measure them with the clock of the
    /// mock.
    pub fn sdk_config(&self) -> SdkConfig {
        self.sdk_config_for(&self.config().default_principal())
    }

    /// Returns the SDK configuration with the credentials of `principal`. See [`sdk_config`](MockEcr::sdk_config) for
    /// the other settings. The principal need not exist in the configuration of the mock.
    pub fn sdk_config_for(&self, principal: &Principal) -> SdkConfig {
        let clock = self.clock().clone();
        let sleep = VirtualSleep(clock.clone());
        let mut builder = SdkConfig::builder();
        match self.transport {
            Transport::InProcess => {
                builder.set_http_client(Some(client::of(self.in_process().clone())));
            }
            Transport::Socket => {
                // The mock is reached by plain HTTP on a loopback address, so no certificates are loaded.
                let http = aws_smithy_http_client::Builder::new().build_http();
                builder
                    .set_http_client(Some(http))
                    .set_endpoint_url(Some(self.url()));
            }
        }
        builder
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.config().region.to_string()))
            .credentials_provider(SharedCredentialsProvider::new(credentials(principal)))
            .time_source(MockTime(clock))
            .sleep_impl(sleep)
            // Timeouts and stalled-stream protection would measure the time of the mock.
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::standard())
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

/// A sleep that advances a frozen clock, or takes real time if the clock runs.
#[derive(Clone, Debug)]
struct VirtualSleep(Clock);

impl AsyncSleep for VirtualSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        if !self.0.is_frozen() {
            return TokioSleep::new().sleep(duration);
        }
        let clock = self.0.clone();
        Sleep::new(async move {
            // The SDK also uses sleeps as timeouts, which it drops when a request is complete. A sleep that returned at once would always
            // expire before the request is complete.
            TokioSleep::new().sleep(MIN_SLEEP).await;
            clock.advance(duration);
        })
    }
}

const MIN_SLEEP: Duration = Duration::from_millis(5);
