//! GetRoleCredentials of the portal of IAM Identity Center, and CreateToken of its OIDC service.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use http::Uri;
use serde_json::{Value, json};

use crate::credential_error::CredentialError;
use crate::error::Error;
use crate::issuer::endpoint::Service;
use crate::issuer::{Call, IssuerClient};
use crate::service_error::{ServiceError, Unreadable};

/// A role of an account, in a region of IAM Identity Center.
#[derive(Debug, Clone)]
pub(crate) struct SsoRole {
    pub(crate) region: String,
    pub(crate) account_id: String,
    pub(crate) role_name: String,
}

impl IssuerClient {
    /// Checks the region of a role. v1 does so before it reads the cached token.
    ///
    /// # Errors
    /// Returns an error if the region is not valid.
    pub(crate) fn check_region_of(&self, role: &SsoRole) -> Result<(), Error> {
        self.target(Service::SsoPortal, &role.region).map(drop)
    }

    /// Calls GetRoleCredentials and returns the member `roleCredentials`.
    ///
    /// # Errors
    /// Returns an error if the token is not valid, if the call fails, or if the member is missing.
    pub(crate) async fn role_credentials(
        &self,
        role: &SsoRole,
        token: &str,
    ) -> Result<Value, Error> {
        let target = self.target(Service::SsoPortal, &role.region)?;
        let query = format!(
            "role_name={}&account_id={}",
            quoted(&role.role_name),
            quoted(&role.account_id)
        );
        let call = Call {
            operation: "GetRoleCredentials",
            method: "GET",
            url: joined(&target.url, "/federation/credentials", &query)?,
            headers: vec![("x-amz-sso_bearer_token", token.to_owned())],
            body: String::new(),
            signer: None,
            read_error,
        };
        let body = match self.send(&call).await {
            Err(Error::Service { code, .. }) if code == "UnauthorizedException" => {
                return Err(CredentialError::SsoUnauthorized.into());
            }
            sent => sent?,
        };
        let mut document: Value = serde_json::from_slice(&body).unwrap_or_default();
        match document.get_mut("roleCredentials") {
            Some(member) => Ok(member.take()),
            None => Err(CredentialError::Missing("roleCredentials").into()),
        }
    }

    /// Calls CreateToken with a refresh token, and returns the response.
    ///
    /// # Errors
    /// Returns an error if the call fails.
    pub(crate) async fn create_token(&self, region: &str, cached: &Value) -> Result<Value, Error> {
        let target = self.target(Service::SsoOidc, region)?;
        let body = json!({
            "grantType": "refresh_token",
            "clientId": cached["clientId"],
            "clientSecret": cached["clientSecret"],
            "refreshToken": cached["refreshToken"],
        });
        let call = Call {
            operation: "CreateToken",
            method: "POST",
            url: joined(&target.url, "/token", "")?,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string(),
            signer: None,
            read_error,
        };
        let body = self.send(&call).await?;
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }
}

fn read_error(response: &HttpResponse) -> Result<ServiceError, Error> {
    ServiceError::read_rest(response).map_err(|Unreadable(text)| Error::ServiceUnreadable(text))
}

/// Appends a path and a query to the URL of an endpoint, which may have both.
pub(super) fn joined(endpoint: &Uri, path: &str, query: &str) -> Result<Uri, Error> {
    let base = endpoint.path().trim_end_matches('/');
    let queries = [endpoint.query().unwrap_or_default(), query];
    let queries: Vec<&str> = queries
        .into_iter()
        .filter(|query| !query.is_empty())
        .collect();
    let target = match queries.is_empty() {
        true => format!("{base}{path}"),
        false => format!("{base}{path}?{}", queries.join("&")),
    };
    let mut parts = endpoint.clone().into_parts();
    let invalid = |_| Error::InvalidEndpoint(endpoint.to_string());
    parts.path_and_query = Some(target.parse().map_err(invalid)?);
    Uri::from_parts(parts).map_err(|_| Error::InvalidEndpoint(endpoint.to_string()))
}

/// Encodes a value of a query as Python's `quote` with the safe characters `-._~`.
fn quoted(value: &str) -> String {
    let mut quoted = String::new();
    for byte in value.bytes() {
        match byte {
            b'_' | b'.' | b'-' | b'~' => quoted.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => quoted.push(char::from(byte)),
            byte => quoted.push_str(&format!("%{byte:02X}")),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_an_endpoint_is_kept() {
        for (endpoint, expected) in [
            ("http://h/", "http://h/token?a=b"),
            ("http://h/base/", "http://h/base/token?a=b"),
            ("http://h/base?x=1", "http://h/base/token?x=1&a=b"),
        ] {
            let url = joined(&Uri::from_static(endpoint), "/token", "a=b").unwrap();
            assert_eq!(url.to_string(), expected);
        }
        assert_eq!(quoted("a/b c"), "a%2Fb%20c");
    }
}
