//! Calls `GetCallerIdentity` of STS. Only a variant does so.

use std::time::Duration;

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::ClientError;
use crate::http::{self, Request};
use crate::{clock, registry, sign};

/// Returns the error of STS if the credentials are not accepted.
pub(crate) async fn check() -> Result<(), ClientError> {
    let endpoint = Endpoint::sts(registry::region()?)?;
    let mut request = Request::new("POST", &endpoint.url)
        .header("content-type", "application/x-www-form-urlencoded");
    request.body = b"Action=GetCallerIdentity&Version=2011-06-15".to_vec();
    let credentials = Credentials::find().await?;
    let request = sign::signed(request, &endpoint, &credentials, clock::now());
    let response = http::send(request, Duration::from_secs(4)).await?;
    match response.status {
        200 => Ok(()),
        _ => {
            let text = String::from_utf8_lossy(&response.body);
            let text = format!("cannot determine the account: {text}");
            Err(ClientError::Other(text))
        }
    }
}
