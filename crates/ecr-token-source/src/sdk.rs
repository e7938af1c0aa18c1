//! Asking with the AWS SDK.

use std::time::SystemTime;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::{Builder, Region};
use aws_sdk_ecr::types::AuthorizationData as SdkData;

use crate::fetch::{Fetch, FetchError, FetchFuture, TokenRequest};
use crate::response::AuthorizationData;

/// Asks with a client of `aws-sdk-ecr`, in the region of the registry that is asked for, whichever the client's own is.
#[derive(Clone, Debug)]
pub struct SdkFetcher {
    client: Client,
}

impl SdkFetcher {
    /// Asks with this client, whose retries and timeouts count.
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
                reason = "without the id, ECR answers with the caller's own registry as the endpoint"
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

/// A time that the system's clock cannot show is no time.
fn convert(data: SdkData) -> AuthorizationData {
    AuthorizationData {
        expires_at: data
            .expires_at
            .and_then(|end| SystemTime::try_from(end).ok()),
        authorization_token: data.authorization_token,
        proxy_endpoint: data.proxy_endpoint,
    }
}
