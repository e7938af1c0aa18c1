//! Credentials of an instance of EC2: its metadata service.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use ecr_token_source::{Clock as _, SystemClock};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::civil::DateTime;
use serde_json::Value;

use crate::config::metadata::MetadataService;
use crate::config::variables::variable;
use crate::credential_error::CredentialError;
use crate::credentials::expiry;
use crate::credentials::json_keys::JsonKeys;
use crate::credentials::local_request::{LocalRequest, LocalResponse};
use crate::credentials::provided::{Fetch, Provided};
use crate::error::Error;
use crate::issuer::IssuerClient;
use crate::python_json::{self, JsonError};
use crate::transport::{Transport, Trust};

#[derive(Debug)]
struct Instance {
    service: MetadataService,
    transport: Transport,
}

/// Reads the credentials of the instance's role. Returns `None` if the service is disabled, if it cannot be reached, or if it has none.
///
/// # Errors
/// Returns an error if the service needs a token and issues none, and for an invalid expiry.
pub(super) async fn find(service: &MetadataService) -> Result<Option<Provided>, Error> {
    let is_disabled = variable("AWS_EC2_METADATA_DISABLED");
    if is_disabled.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    let instance = Instance {
        service: service.clone(),
        transport: Transport::new(Trust::Platform),
    };
    let result = instance.read().await.transpose();
    let provided = result.map(|result| Provided::first(result, instance));
    provided.transpose()
}

impl Fetch for Instance {
    fn fetch<'f>(&'f self, _: &'f IssuerClient) -> BoxFuture<'f, Result<Credentials, Error>> {
        async move {
            let credentials = self.read().await?;
            credentials.ok_or_else(|| {
                let missing = "access_key, secret_key, token, expiry_time";
                CredentialError::Retrieval {
                    provider: "iam-role".to_owned(),
                    reason: format!(
                        "Credential refresh failed, response did not contain: {missing}"
                    ),
                }
                .into()
            })
        }
        .boxed()
    }
}

impl Instance {
    async fn read(&self) -> Result<Option<Credentials>, Error> {
        let Some(token) = self.token().await else {
            return Ok(None);
        };
        if token.is_none() && self.service.requires_token {
            return Err(CredentialError::Python(NO_TOKEN.to_owned()).into());
        }
        let token = token.as_deref();
        let Some(role) = self.get(ROLES, token, |_| true).await else {
            return Ok(None);
        };
        let is_json = |body: &str| !matches!(python_json::parse(body), Err(JsonError::Invalid(_)));
        let path = format!("{ROLES}{}", quoted(&role));
        let Some(document) = self.get(&path, token, is_json).await else {
            return Ok(None);
        };
        let document = python_json::parse(&document);
        credentials(&document.map_err(|error| CredentialError::Python(error.to_string()))?)
    }

    /// Requests a token of version 2. Returns `Some(None)` if the service has version 1 only, and `None` if it rejects the request.
    async fn token(&self) -> Option<Option<String>> {
        let lifetime = ("x-aws-ec2-metadata-token-ttl-seconds", "21600");
        for _ in 0..self.service.attempts {
            let response = self.send("PUT", "latest/api/token", vec![lifetime]).await;
            match response {
                Ok(response) if response.status == 200 => return Some(Some(response.body)),
                Ok(response) if matches!(response.status, 403..=405) => return Some(None),
                Ok(response) if response.status == 400 => return None,
                Err(Error::ReadTimeout(_)) => return Some(None),
                _ => {}
            }
        }
        Some(None)
    }

    /// Returns a document that is not empty and that is valid, or `None` after the last attempt.
    async fn get(
        &self,
        path: &str,
        token: Option<&str>,
        is_valid: impl Fn(&str) -> bool,
    ) -> Option<String> {
        for _ in 0..self.service.attempts {
            let headers = token.map(|token| ("x-aws-ec2-metadata-token", token));
            let response = self.send("GET", path, headers.into_iter().collect()).await;
            if let Ok(LocalResponse { status: 200, body }) = response
                && !body.is_empty()
                && is_valid(&body)
            {
                return Some(body);
            }
        }
        None
    }

    async fn send(
        &self,
        method: &'static str,
        path: &str,
        headers: Vec<(&'static str, &str)>,
    ) -> Result<LocalResponse, Error> {
        let request = LocalRequest {
            method,
            url: format!("{}/{path}", self.service.url),
            headers,
            timeout: Duration::from_secs(self.service.timeout),
        };
        request.send(&self.transport).await
    }
}

/// Encodes the characters that a path must not contain, as urllib3 does.
fn quoted(role: &str) -> String {
    let mut quoted = String::new();
    for byte in role.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() => quoted.push(char::from(byte)),
            byte if b"-._~!$&'()*+,;=:@/%".contains(&byte) => quoted.push(char::from(byte)),
            byte => quoted.push_str(&format!("%{byte:02X}")),
        }
    }
    quoted
}

/// Reads the members of a document. Returns `None` if one is missing, which is also the case for a response that describes an
/// error.
fn credentials(document: &Value) -> Result<Option<Credentials>, Error> {
    if matches!(document, Value::Array(_) | Value::String(_)) {
        return Ok(None);
    }
    let keys = JsonKeys::of(document, "iam-role")?;
    let required = ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"];
    if required.into_iter().any(|name| !keys.has(name)) {
        return Ok(None);
    }
    let (key_id, secret) = (keys.text("AccessKeyId")?, keys.text("SecretAccessKey")?);
    let (token, expiry) = (keys.nullable("Token")?, keys.text("Expiration")?);
    let expiry = Some(extended(&expiry, SystemClock.now())?);
    let credentials = Credentials::new(key_id, secret, token, expiry, "instance");
    Ok(Some(credentials))
}

/// Extends an expiry that is near or past: the service may be unable to renew the credentials, and they may still be accepted. v1 extends it
/// by 17 to 25 minutes, if it has the form in which the service writes it.
fn extended(text: &str, now: SystemTime) -> Result<SystemTime, CredentialError> {
    let expiry = expiry::parse(text)?;
    let has_form = DateTime::strptime("%Y-%m-%dT%H:%M:%SZ", text).is_ok();
    Ok(match has_form && now + EXTENSION >= expiry {
        true => now + EXTENSION,
        false => expiry,
    })
}

const ROLES: &str = "latest/meta-data/iam/security-credentials/";
const NO_TOKEN: &str = "Error retrieving metadata: Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been disabled";
const EXTENSION: Duration = Duration::from_secs(20 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_role_is_encoded() {
        assert_eq!(quoted("a+b=c,d.e@f-g_h"), "a+b=c,d.e@f-g_h");
        assert_eq!(quoted("{} é"), "%7B%7D%20%C3%A9");
    }

    #[test]
    fn a_near_expiry_is_extended() {
        let epoch = SystemTime::UNIX_EPOCH;
        let now = epoch + Duration::from_secs(36_000);
        let later = now + Duration::from_secs(3600);
        for (text, time) in [
            ("1970-01-01T11:00:00Z", later),
            ("1970-01-01T10:00:00Z", now + EXTENSION),
            ("1970-01-01T00:00:00Z", now + EXTENSION),
            ("19700101T000000Z", epoch),
            ("1970-01-01T00:00:00+00:00", epoch),
        ] {
            assert_eq!(extended(text, now).unwrap(), time, "{text}");
        }
    }

    #[test]
    fn the_description_of_an_error_has_no_credentials() {
        let document = serde_json::json!({"Code": "AssumeRoleUnauthorizedAccess", "Message": "x"});
        assert!(credentials(&document).unwrap().is_none());
        assert!(credentials(&serde_json::json!([])).unwrap().is_none());
    }

    #[test]
    fn the_token_may_be_null() {
        let mut document = serde_json::json!({"AccessKeyId": "A", "SecretAccessKey": "s", "Token": null, "Expiration": "2999-01-01T00:00:00Z"});
        let keys = credentials(&document).unwrap().unwrap();
        assert_eq!(keys.session_token(), None);
        document["AccessKeyId"] = serde_json::json!(1);
        let error = credentials(&document).unwrap_err().to_string();
        assert!(error.contains("Invalid type for AccessKeyId"), "{error}");
    }
}
