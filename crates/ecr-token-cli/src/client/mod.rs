//! Calls ECR through the AWS SDK.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::retry::RetryConfig;
use aws_sdk_ecr::config::timeout::TimeoutConfig;
use aws_sdk_ecr::config::{BehaviorVersion, Builder, SharedInterceptor};
use aws_sdk_ecr::error::SdkError;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_types::region::Region;

use crate::config::Config;
use crate::config::retries::Retries;
use crate::config::timeouts::Timeouts;
use crate::error::Error;
use crate::response::TokenResponse;
use crate::retry::V1RetryClassifier;
use crate::session::Session;
use error::call_error;
use log::Log;
use recorder::{CallRecord, Recorder};

mod error;
mod log;
mod recorder;

/// Calls GetAuthorizationToken.
///
/// # Errors
/// Returns an error if there are no credentials, the connection fails, the service returns an error or the response
/// contains no usable authorization data.
pub(crate) async fn authorization_token(
    session: &Session,
    registry_ids: Option<Vec<String>>,
) -> Result<TokenResponse, Error> {
    let config = &session.config;
    let call_record = CallRecord::default();
    let credentials = session.credentials().await?;
    let client = Client::from_conf(sdk_config(config, credentials, &call_record).build());
    #[allow(
        deprecated,
        reason = "the member is deprecated, but --registry-ids sets it"
    )]
    let call = client
        .get_authorization_token()
        .set_registry_ids(registry_ids);
    let sent = call.send().await;
    config.timeouts.check_read()?;
    match sent {
        Ok(_) => TokenResponse::read(&call_record.snapshot().body),
        // The SDK rejects a null in the list, which v1 prints. `TokenResponse` rejects everything else that the SDK rejects.
        Err(SdkError::ServiceError(error)) if error.raw().status().is_success() => {
            TokenResponse::read(error.raw().body().bytes().unwrap_or_default())
        }
        Err(error) => Err(call_error(error, config.retries, &call_record.snapshot())),
    }
}

fn sdk_config(
    config: &Config,
    credentials: Option<Credentials>,
    call_record: &CallRecord,
) -> Builder {
    let recorder = Recorder {
        call_record: call_record.clone(),
        endpoint: config.endpoint.clone(),
        region: config.region.clone(),
        transport: config.transport.clone(),
    };
    let mut builder = Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(host_label(&config.region))
        .http_client(config.transport.clone())
        .sleep_impl(TokioSleep::new())
        .retry_config(retry_config(config.retries))
        .retry_classifier(V1RetryClassifier(config.retries.mode))
        .timeout_config(timeout_config(config.timeouts))
        .interceptor(recorder);
    if config.debug {
        let log = Log::new(credentials.as_ref());
        builder.push_interceptor(SharedInterceptor::new(log));
    }
    to_endpoint(signed(builder, credentials), config)
}

/// Replaces an empty region, which the SDK does not accept. The SDK uses the region for the host name only, since the
/// recorder sets the signing region. An empty region requires an endpoint.
fn host_label(region: &Region) -> Region {
    match region.as_ref() {
        "" => Region::from_static("none"),
        _ => region.clone(),
    }
}

/// The SDK has the same backoff as v1: rand(0, 1) * 2^k seconds.
fn retry_config(retries: Retries) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(retries.attempts)
        .with_initial_backoff(Duration::from_secs(1))
}

/// Disables timeouts explicitly: the SDK has a default connect timeout.
fn timeout_config(timeouts: Timeouts) -> TimeoutConfig {
    let builder = TimeoutConfig::builder();
    let builder = match timeouts.connect {
        Some(timeout) => builder.connect_timeout(timeout),
        None => builder.disable_connect_timeout(),
    };
    match timeouts.read {
        Some(timeout) => builder.read_timeout(timeout).build(),
        None => builder.disable_read_timeout().build(),
    }
}

fn signed(builder: Builder, credentials: Option<Credentials>) -> Builder {
    match credentials {
        Some(credentials) => builder.credentials_provider(credentials),
        None => builder.allow_no_auth(),
    }
}

/// The SDK rejects FIPS and dual stack together with a custom endpoint. In v1 the endpoint takes precedence.
fn to_endpoint(builder: Builder, config: &Config) -> Builder {
    match &config.endpoint {
        Some(endpoint) => builder.endpoint_url(endpoint.uri().to_string()),
        None => builder
            .use_fips(config.variant.fips)
            .use_dual_stack(config.variant.dual_stack),
    }
}
