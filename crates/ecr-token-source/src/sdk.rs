//! Calls ECR through the AWS SDK.

use std::time::SystemTime;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::{Builder, Region};
use aws_sdk_ecr::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_ecr::operation::get_authorization_token::GetAuthorizationTokenError;
use aws_sdk_ecr::types::AuthorizationData as SdkData;

use crate::fetch::{Fetch, FetchError, FetchFuture, TokenRequest};
use crate::response::AuthorizationData;

/// Calls ECR with a client of `aws-sdk-ecr`, in the Region of the requested registry. If no registry is requested, ECR is
/// called in the Region of the client.
#[derive(Clone, Debug)]
pub struct SdkFetcher {
    client: Client,
}

impl SdkFetcher {
    /// Creates a fetcher that uses the given client, with the client's retries and timeouts.
    pub fn new(client: Client) -> Self {
        SdkFetcher { client }
    }
}

impl Fetch for SdkFetcher {
    fn fetch(&self, request: TokenRequest) -> FetchFuture {
        Box::pin(call(self.client.clone(), request))
    }
}

async fn call(client: Client, request: TokenRequest) -> Result<Vec<AuthorizationData>, FetchError> {
    let call = client.get_authorization_token();
    let result = match request.registry {
        None => call.send().await,
        Some(registry) => {
            let region = Region::new(registry.region().to_owned());
            #[allow(
                deprecated,
                reason = "without the id, ECR returns the registry of the caller's account as the endpoint"
            )]
            let call = call.registry_ids(registry.account());
            let config = Builder::new().region(region);
            call.customize().config_override(config).send().await
        }
    };
    let response = result.map_err(error)?;
    let data = response.authorization_data.unwrap_or_default();
    Ok(data.into_iter().map(convert).collect())
}

/// Returns the error of a call. The SDK does not report the status of an error that has no code, such as the page of a proxy.
fn error(error: SdkError<GetAuthorizationTokenError>) -> FetchError {
    let status = error.raw_response().map(|response| response.status());
    match (status, error.code()) {
        (Some(status), None) if !status.is_success() => Box::new(ErrorWithoutCode {
            status: status.as_u16(),
            source: error.into(),
        }),
        _ => aws_sdk_ecr::Error::from(error).into(),
    }
}

/// An error whose body is not that of an error of ECR.
#[derive(Debug, thiserror::Error)]
#[error("the response has status {status} and no error code")]
struct ErrorWithoutCode {
    status: u16,
    source: aws_sdk_ecr::Error,
}

/// Converts an element. An `expiresAt` that `SystemTime` cannot represent becomes `None`.
fn convert(data: SdkData) -> AuthorizationData {
    AuthorizationData {
        expires_at: data
            .expires_at
            .and_then(|end| SystemTime::try_from(end).ok()),
        authorization_token: data.authorization_token,
        proxy_endpoint: data.proxy_endpoint,
    }
}
