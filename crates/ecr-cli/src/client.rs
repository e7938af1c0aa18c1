//! The call, through the AWS SDK.

use std::error::Error as StdError;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_ecr::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ecr::error::{BoxError, ConnectorError, SdkError};
use aws_sdk_ecr::operation::get_authorization_token::GetAuthorizationTokenError;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use http::Uri;
use hyper_util::client::legacy;

use crate::answer::Answer;
use crate::config::Config;
use crate::config::endpoint::Endpoint;
use crate::error::{Error, with_causes};
use crate::retry::{self, V1Rules};
use crate::service_error::{ServiceError, Unreadable};
use crate::transport::{self, TrustError};

/// Calls GetAuthorizationToken.
///
/// # Errors
/// No credentials, no connection, an error of the service, an answer that holds nothing usable.
pub(crate) async fn authorization_token(
    config: &Config,
    registry_ids: Option<Vec<String>>,
) -> Result<Answer, Error> {
    let exchange = Exchange::default();
    let recorder = Recorder {
        exchange: exchange.clone(),
        endpoint: config.endpoint.clone(),
    };
    let client = Client::from_conf(sdk_config(config, recorder).await?.build());
    #[allow(
        deprecated,
        reason = "the member is deprecated, and its purpose here is to be asked for"
    )]
    let call = client
        .get_authorization_token()
        .set_registry_ids(registry_ids);
    match call.send().await {
        Ok(_) => Answer::read(&exchange.record().body),
        // The SDK refuses a null in the list, which v1 prints; what it refuses besides, `Answer` refuses too.
        Err(SdkError::ServiceError(error)) if error.raw().status().is_success() => {
            Answer::read(error.raw().body().bytes().unwrap_or_default())
        }
        Err(error) => Err(failure(error, config, &exchange.record().url)),
    }
}

async fn sdk_config(config: &Config, recorder: Recorder) -> Result<Builder, Error> {
    let Config {
        region, transport, ..
    } = config;
    let credentials = config.credentials.load(region, transport).await?;
    // The service's own backoff is v1's too: rand(0, 1) * 2^k seconds.
    let retries = RetryConfig::standard()
        .with_max_attempts(config.retries.attempts)
        .with_initial_backoff(Duration::from_secs(1));
    // Both default to 60 seconds in v1 (`aws help`, --cli-connect-timeout and --cli-read-timeout).
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(60))
        .read_timeout(Duration::from_secs(60))
        .build();
    let builder = Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(region.clone())
        .credentials_provider(credentials)
        .http_client(transport.clone())
        .sleep_impl(TokioSleep::new())
        .retry_config(retries)
        .retry_classifier(V1Rules)
        .timeout_config(timeouts)
        .interceptor(recorder);
    // The SDK refuses FIPS and dual stack with an endpoint of the user's; v1 lets the endpoint win.
    Ok(match &config.endpoint {
        Some(endpoint) => builder.endpoint_url(endpoint.uri().to_string()),
        None => builder
            .use_fips(config.variant.fips)
            .use_dual_stack(config.variant.dual_stack),
    })
}

/// What passed over the wire in the last attempt.
#[derive(Debug, Clone, Default)]
struct Exchange(Arc<Mutex<Record>>);

#[derive(Debug, Clone, Default)]
struct Record {
    url: Uri,
    body: Vec<u8>,
}

impl Exchange {
    fn record(&self) -> Record {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn change(&self, change: impl FnOnce(&mut Record)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Keeps what the SDK's output and errors no longer hold, and sends to the very URL that the user named.
#[derive(Debug)]
struct Recorder {
    exchange: Exchange,
    endpoint: Option<Endpoint>,
}

#[dyn_dispatch_hint]
impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }

    /// The SDK appends a slash to an endpoint's path and drops its query; v1 does neither.
    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(endpoint) = &self.endpoint {
            context.request_mut().set_uri(endpoint.uri().clone())?;
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let url = context.request().uri().parse()?;
        self.exchange.change(|record| record.url = url);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        self.exchange.change(|record| record.body = body.to_vec());
        Ok(())
    }
}

type CallError = SdkError<GetAuthorizationTokenError, HttpResponse>;

fn failure(error: CallError, config: &Config, url: &Uri) -> Error {
    match error {
        SdkError::ServiceError(error) => service_failure(error.raw(), config),
        SdkError::DispatchFailure(error) => match error.as_connector_error() {
            Some(error) => network_failure(error, url),
            None => Error::Closed(url.clone()),
        },
        SdkError::ResponseError(_) => Error::Closed(url.clone()),
        SdkError::TimeoutError(_) => Error::ReadTimeout(url.clone()),
        other => Error::Request(with_causes(&other)),
    }
}

fn service_failure(response: &HttpResponse, config: &Config) -> Error {
    let retries = config.retries.attempts - 1;
    match ServiceError::read(response) {
        Ok(ServiceError { code, message }) => Error::Service {
            code,
            message,
            retries: retry::is_repeated(response).then_some(retries),
        },
        Err(Unreadable(text)) => Error::ServiceUnreadable(text),
    }
}

fn network_failure(error: &ConnectorError, url: &Uri) -> Error {
    let url = url.clone();
    if let Some(error) = cause::<TrustError>(error) {
        let reason = error.to_string();
        return Error::Tls { url, reason };
    }
    let is_connecting = cause::<legacy::Error>(error).is_some_and(legacy::Error::is_connect);
    if !is_connecting {
        return match error.is_timeout() {
            true => Error::ReadTimeout(url),
            false => Error::Closed(url),
        };
    }
    if let Some(error) = cause::<rustls::Error>(error) {
        let reason = error.to_string();
        return Error::Tls { url, reason };
    }
    if let Some(proxy) = transport::proxy(&url) {
        return Error::Proxy(proxy.to_string().trim_end_matches('/').to_owned());
    }
    if error.is_timeout() {
        return Error::ConnectTimeout(url);
    }
    match hung_up(error) {
        true => Error::Tls {
            url,
            reason: "the connection was closed during the TLS handshake".to_owned(),
        },
        false => Error::Connect(url),
    }
}

/// A port that refuses is another kind of failure: this peer was there and closed on the greeting.
fn hung_up(error: &ConnectorError) -> bool {
    let mut io_errors = causes(error).filter_map(|error| error.downcast_ref::<io::Error>());
    io_errors.any(|error| {
        let kind = error.kind();
        matches!(
            kind,
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
        )
    })
}

/// The first cause of type `E`.
fn cause<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    causes(error).find_map(|error| error.downcast_ref())
}

/// An error and what caused it. The payload of an `io::Error` is a cause, which its `source` skips.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error.downcast_ref::<io::Error>() {
            Some(error) => error
                .get_ref()
                .map(|inner| inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}
