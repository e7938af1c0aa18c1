//! CreateOAuth2Token of AWS Sign-In, which renews the tokens of `aws login`.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value, json};

use crate::credential_error::CredentialError;
use crate::error::Error;
use crate::issuer::dpop_key::DpopKey;
use crate::issuer::endpoint::Service;
use crate::issuer::sso::joined;
use crate::issuer::{Call, IssuerClient};
use crate::python;
use crate::service_error::{ServiceError, Unreadable};

impl IssuerClient {
    /// Calls CreateOAuth2Token with the refresh token of a cached token, and returns the response. The Region is that of the cached token if
    /// it has one.
    ///
    /// # Errors
    /// Returns an error if there is no Region, or if the call fails.
    pub(crate) async fn create_oauth2_token(
        &self,
        cached: &Value,
        key: &DpopKey,
    ) -> Result<Value, Error> {
        let region = cached["signInRegion"].as_str();
        let region = region.filter(|region| !region.is_empty());
        let region = region.or(self.region.as_deref()).ok_or(Error::NoRegion)?;
        let target = self.target(Service::Signin, region)?;
        let url = joined(&target.url, "/v1/token", "")?;
        let body = json!({
            "clientId": cached["clientId"],
            "refreshToken": cached["refreshToken"],
            "grantType": "refresh_token",
        });
        let call = Call {
            operation: "CreateOAuth2Token",
            method: "POST",
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("dpop", key.proof(&url.to_string())?),
            ],
            url,
            body: body.to_string(),
            signer: None,
            read_error,
        };
        let body = self.send(&call).await?;
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }
}

/// Parses an error response. A rejected refresh token is an error of the credentials, and not of the service.
fn read_error(response: &HttpResponse) -> Result<ServiceError, Error> {
    let error = ServiceError::read_rest(response);
    let error = error.map_err(|Unreadable(text)| Error::ServiceUnreadable(text))?;
    if error.code != "AccessDeniedException" {
        return Ok(error);
    }
    let body = response.body().bytes().unwrap_or_default();
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let reason = body.get("error").map(python::str).unwrap_or_default();
    Err(match reason.as_str() {
        "TOKEN_EXPIRED" | "USER_CREDENTIALS_CHANGED" => CredentialError::LoginExpired,
        "INSUFFICIENT_PERMISSIONS" => CredentialError::LoginPermissions,
        _ => CredentialError::Login,
    }
    .into())
}
