//! Calls the services that issue credentials: STS, IAM Identity Center (SSO) and AWS Sign-In.
//!
//! The requests, retries and errors are those of v1's clients of these services.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use http::Uri;

use crate::config::profile::Profiles;
use crate::config::retries::{Mode, Retries};
use crate::config::timeouts::Timeouts;
use crate::config::{Config, Settings};
use crate::error::Error;
use crate::network_error::network_error;
use crate::output::{self, timestamps::Timestamps};
use crate::retry::should_retry_code;
use crate::service_error::ServiceError;
use crate::transport::Transport;
use endpoint::{Service, Target};
use signature::Signer;

pub(crate) mod dpop_key;
mod endpoint;
mod rest;
mod signature;
mod signin;
pub(crate) mod sso;
pub(crate) mod sts;
mod xml;

/// The settings of calls to the services that issue credentials.
#[derive(Debug)]
pub(crate) struct IssuerClient {
    profiles: Arc<Profiles>,
    /// The region of STS.
    region: Option<String>,
    /// The region of AssumeRoleWithWebIdentity.
    region_of_web_identity: Option<String>,
    retries: Retries,
    timeouts: Timeouts,
    transport: Transport,
    timestamps: Timestamps,
    debug: bool,
}

impl IssuerClient {
    /// Creates a client with the settings of the call to ECR.
    ///
    /// # Errors
    /// Returns an error if the path of the CA bundle is blank.
    pub(crate) fn new(settings: &Settings<'_>, config: &Config) -> Result<Self, Error> {
        Ok(Self {
            profiles: Arc::clone(settings.profiles()),
            region: settings.region_of_issuers()?,
            region_of_web_identity: settings.region_of_web_identity()?,
            retries: config.retries,
            timeouts: config.timeouts,
            transport: Transport::new(settings.trust_of_issuers()?),
            timestamps: settings.timestamps(),
            debug: config.debug,
        })
    }

    fn target(&self, service: Service, region: &str) -> Result<Target, Error> {
        service.target(region, &self.profiles)
    }

    /// Sends a call and returns the body of the response.
    ///
    /// # Errors
    /// Returns an error if there is no successful response after all attempts.
    async fn send(&self, call: &Call<'_>) -> Result<Vec<u8>, Error> {
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(call).await? {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            if !failure.is_retried || attempt == self.retries.attempts {
                return Err(self.final_error(call, failure, attempt));
            }
            tokio::time::sleep(backoff(attempt)).await;
            attempt += 1;
        }
    }

    /// Makes one attempt. The outer error is not retried.
    async fn attempt(&self, call: &Call<'_>) -> Result<Result<Vec<u8>, Failure>, Error> {
        let request = call.request()?;
        self.log(&format!("> {} {}\n", call.method, call.url));
        let (connect, read) = (self.timeouts.connect, self.timeouts.read);
        let response = match self.transport.send(request, connect, read).await {
            Ok(response) => response,
            Err(error) => {
                let is_retried = !error.is_user();
                let error = network_error(&error, &call.url);
                return Ok(Err(Failure {
                    is_retried,
                    reason: Reason::Network(error),
                }));
            }
        };
        self.log(&format!("< {}\n", response.status().as_u16()));
        if response.status().is_success() {
            return Ok(Ok(response.body().bytes().unwrap_or_default().to_vec()));
        }
        let error = (call.read_error)(&response)?;
        let status = response.status().as_u16();
        Ok(Err(Failure {
            is_retried: should_retry_code(status, &error.code, self.retries.mode),
            reason: Reason::Service(error),
        }))
    }

    fn final_error(&self, call: &Call<'_>, failure: Failure, attempts: u32) -> Error {
        let is_exhausted = match self.retries.mode {
            Mode::Legacy => failure.is_retried,
            Mode::Standard => attempts >= self.retries.attempts,
        };
        match failure.reason {
            Reason::Network(error) => error,
            Reason::Service(error) => Error::Service {
                operation: call.operation,
                code: error.code,
                message: error.message,
                retries: is_exhausted.then_some(self.retries.attempts - 1),
            },
        }
    }

    /// Writes a line to the log of `--debug`. Headers and bodies of these calls contain secrets and are not logged.
    fn log(&self, line: &str) {
        if self.debug {
            output::write_error(line);
        }
    }
}

/// A request to a service.
struct Call<'a> {
    operation: &'static str,
    method: &'static str,
    url: Uri,
    headers: Vec<(&'static str, String)>,
    body: String,
    signer: Option<Signer<'a>>,
    read_error: fn(&HttpResponse) -> Result<ServiceError, Error>,
}

impl Call<'_> {
    fn request(&self) -> Result<HttpRequest, Error> {
        let invalid = |error: http::Error| Error::Request(error.to_string());
        let mut builder = http::Request::builder()
            .method(self.method)
            .uri(self.url.clone())
            .header("user-agent", USER_AGENT);
        for (name, value) in &self.headers {
            builder = builder.header(*name, value);
        }
        let body = SdkBody::from(self.body.as_str());
        let mut request = builder.body(body).map_err(invalid)?;
        if let Some(signer) = &self.signer {
            signer.sign(&mut request, &self.body)?;
        }
        HttpRequest::try_from(request).map_err(|error| Error::Request(error.to_string()))
    }
}

/// The result of an attempt that failed.
struct Failure {
    is_retried: bool,
    reason: Reason,
}

enum Reason {
    Network(Error),
    Service(ServiceError),
}

/// Returns the pause after an attempt: rand(0, 1) * 2^k seconds, as in v1.
fn backoff(attempt: u32) -> Duration {
    // The standard library seeds each hasher randomly.
    let random = RandomState::new().build_hasher().finish();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a pause needs no exact fraction"
    )]
    let fraction = random as f64 / u64::MAX as f64;
    Duration::from_secs_f64(fraction * f64::from(2_u32.saturating_pow((attempt - 1).min(5))))
}

const USER_AGENT: &str = concat!("ecr-token-cli/", env!("CARGO_PKG_VERSION"));
