//! Calls ECR through the AWS SDK.

use std::time::SystemTime;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::{Builder, Region};
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
    let response = result.map_err(aws_sdk_ecr::Error::from)?;
    let data = response.authorization_data.unwrap_or_default();
    Ok(data.into_iter().map(convert).collect())
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
