//! GetRoleCredentials of the portal of IAM Identity Center, and CreateToken of its OIDC service.

use serde_json::{Map, Value, json};

use crate::credential_characters::is_damaged;
use crate::credential_error::CredentialError;
use crate::error::Error;
use crate::issuer::IssuerClient;
use crate::issuer::endpoint::Service;
use crate::issuer::rest::{RestCall, check_texts, joined, read_error, structure};
use crate::python;

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

    /// Calls GetRoleCredentials and returns the members of `roleCredentials`.
    ///
    /// # Errors
    /// Returns an error if the token is not valid, if the call fails, or if the member is missing.
    pub(crate) async fn role_credentials(
        &self,
        role: &SsoRole,
        token: &Value,
    ) -> Result<Map<String, Value>, Error> {
        let target = self.target(Service::SsoPortal, &role.region)?;
        check_texts(&[("accessToken", token)])?;
        let bearer = python::str(token);
        if is_damaged(&bearer) {
            return Err(CredentialError::Character("token of SSO").into());
        }
        let query = format!(
            "role_name={}&account_id={}",
            quoted(&role.role_name),
            quoted(&role.account_id)
        );
        let call = RestCall {
            operation: "GetRoleCredentials",
            url: joined(&target.url, "/federation/credentials", &query)?,
            headers: vec![("x-amz-sso_bearer_token", bearer)],
            body: None,
            read_error,
        };
        let mut response = match self.send_rest(call).await {
            Err(Error::Service { code, .. }) if code == "UnauthorizedException" => {
                return Err(CredentialError::SsoUnauthorized.into());
            }
            sent => sent?,
        };
        match response.remove("roleCredentials") {
            Some(member) => structure(member),
            None => Err(CredentialError::Missing("roleCredentials").into()),
        }
    }

    /// Calls CreateToken with a refresh token, and returns the members of the response.
    ///
    /// # Errors
    /// Returns an error if a member of the cached token is not a text, or if the call fails.
    pub(crate) async fn create_token(
        &self,
        region: &str,
        cached: &Value,
    ) -> Result<Map<String, Value>, Error> {
        let target = self.target(Service::SsoOidc, region)?;
        let names = ["clientId", "clientSecret", "refreshToken"];
        check_texts(&names.map(|name| (name, &cached[name])))?;
        let body = json!({
            "grantType": "refresh_token",
            "clientId": cached["clientId"],
            "clientSecret": cached["clientSecret"],
            "refreshToken": cached["refreshToken"],
        });
        self.send_rest(RestCall {
            operation: "CreateToken",
            url: joined(&target.url, "/token", "")?,
            headers: Vec::new(),
            body: Some(body),
            read_error,
        })
        .await
    }
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
    fn a_value_of_a_query_is_encoded() {
        assert_eq!(quoted("a/b c-._~"), "a%2Fb%20c-._~");
    }
}
