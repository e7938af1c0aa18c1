//! CreateOAuth2Token of AWS Sign-In, which renews the tokens of `aws login`.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Map, Value, json};

use crate::credential_error::CredentialError;
use crate::error::Error;
use crate::issuer::IssuerClient;
use crate::issuer::dpop_key::DpopKey;
use crate::issuer::endpoint::Service;
use crate::issuer::rest::{self, RestCall, check_texts, joined};
use crate::python;
use crate::python_json;
use crate::service_error::ServiceError;

impl IssuerClient {
    /// Calls CreateOAuth2Token with the refresh token of a cached token, and returns the members of the response. The Region is that of the cached token if
    /// it has one.
    ///
    /// # Errors
    /// Returns an error if there is no Region, if a member of the cached token is not a text, or if the call fails.
    pub(crate) async fn create_oauth2_token(
        &self,
        cached: &Value,
        key: &DpopKey,
    ) -> Result<Map<String, Value>, Error> {
        let region = cached["signInRegion"].as_str();
        let region = region.filter(|region| !region.is_empty());
        let region = region.or(self.region.as_deref()).ok_or(Error::NoRegion)?;
        let target = self.target(Service::Signin, region)?;
        let url = joined(&target.url, "/v1/token", "")?;
        check_texts(&[
            ("tokenInput.clientId", &cached["clientId"]),
            ("tokenInput.refreshToken", &cached["refreshToken"]),
        ])?;
        let body = json!({
            "clientId": cached["clientId"],
            "refreshToken": cached["refreshToken"],
            "grantType": "refresh_token",
        });
        self.send_rest(RestCall {
            operation: "CreateOAuth2Token",
            headers: vec![("dpop", key.proof(&url.to_string())?)],
            url,
            body: Some(body),
            read_error,
        })
        .await
    }
}

/// Parses an error response. A rejected refresh token is an error of the credentials, and not of the service.
fn read_error(response: &HttpResponse) -> Result<ServiceError, Error> {
    let error = rest::read_error(response)?;
    if error.code != "AccessDeniedException" {
        return Ok(error);
    }
    let body = response.body().bytes().unwrap_or_default();
    let body = std::str::from_utf8(body).unwrap_or_default();
    let body = python_json::parse(body).unwrap_or_default();
    let reason = body.get("error").map(python::str).unwrap_or_default();
    Err(match reason.as_str() {
        "TOKEN_EXPIRED" | "USER_CREDENTIALS_CHANGED" => CredentialError::LoginExpired,
        "INSUFFICIENT_PERMISSIONS" => CredentialError::LoginPermissions,
        _ => CredentialError::Login,
    }
    .into())
}
