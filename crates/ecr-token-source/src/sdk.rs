//! Asking with the AWS SDK.

use std::time::SystemTime;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::{Builder, Region};
use aws_sdk_ecr::types::AuthorizationData as SdkData;

use crate::answer::AuthorizationData;
use crate::fetch::{Ask, Fetch, FetchError, Fetching};

/// Asks with a client of `aws-sdk-ecr`, in the region of the registry that is asked for, whichever the client's own is.
#[derive(Clone, Debug)]
pub struct Sdk {
    client: Client,
}

impl Sdk {
    /// Asks with this client, whose retries and timeouts count.
    pub fn new(client: Client) -> Self {
        Sdk { client }
    }
}

impl Fetch for Sdk {
    fn fetch(&self, ask: Ask) -> Fetching {
        Box::pin(call(self.client.clone(), ask))
    }
}

async fn call(client: Client, ask: Ask) -> Result<Vec<AuthorizationData>, FetchError> {
    let call = client.get_authorization_token();
    let sent = match ask.registry {
        None => call.send().await,
        Some(registry) => {
            let region = Region::new(registry.region().to_owned());
            #[allow(
                deprecated,
                reason = "without the id, ECR answers with the caller's own registry as the endpoint"
            )]
            let call = call.registry_ids(registry.account());
            let there = Builder::new().region(region);
            call.customize().config_override(there).send().await
        }
    };
    let answer = sent.map_err(aws_sdk_ecr::Error::from)?;
    let data = answer.authorization_data.unwrap_or_default();
    Ok(data.into_iter().map(shaped).collect())
}

/// A time that the system's clock cannot show is no time.
fn shaped(data: SdkData) -> AuthorizationData {
    AuthorizationData {
        expires_at: data
            .expires_at
            .and_then(|end| SystemTime::try_from(end).ok()),
        authorization_token: data.authorization_token,
        proxy_endpoint: data.proxy_endpoint,
    }
}
