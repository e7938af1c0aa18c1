//! Credentials of a container: a URL in the environment, as in Amazon ECS and EKS.

use std::fs;
use std::net::IpAddr;
use std::time::Duration;

use aws_credential_types::Credentials;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::Uri;
use serde_json::Value;

use crate::config::variables::variable;
use crate::credential_error::CredentialError;
use crate::credentials::json_keys::JsonKeys;
use crate::credentials::local_request::LocalRequest;
use crate::credentials::provided::{Fetch, Provided};
use crate::error::Error;
use crate::issuer::IssuerClient;
use crate::platform;
use crate::python;
use crate::python_json::{self, JsonError};
use crate::python_url::PythonUrl;
use crate::transport::Transport;

/// The URL from which the credentials are read.
#[derive(Debug)]
struct Container {
    url: String,
    transport: Transport,
}

/// Reads the credentials if `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `AWS_CONTAINER_CREDENTIALS_FULL_URI` is set.
///
/// # Errors
/// Returns an error for a URL of another host, a token that cannot be read, and a failed request.
pub(super) async fn find() -> Result<Option<Provided>, Error> {
    let relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let url = relative.map(|path| format!("http://169.254.170.2{path}"));
    let Some(url) = url.or_else(|| variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")) else {
        return Ok(None);
    };
    let container = Container {
        url,
        transport: Transport::direct(),
    };
    let result = container.read().await;
    Provided::first(result, container).map(Some)
}

impl Fetch for Container {
    fn fetch<'f>(&'f self, _: &'f IssuerClient) -> BoxFuture<'f, Result<Credentials, Error>> {
        self.read().boxed()
    }
}

impl Container {
    async fn read(&self) -> Result<Credentials, Error> {
        let token = authorization_token()?;
        check_host(&self.url)?;
        let mut attempts = 0;
        let document = loop {
            match self.document(token.as_deref()).await {
                Ok(document) => break document,
                Err(Failure::Final(error)) => return Err(error.into()),
                Err(Failure::Retried(reason)) => {
                    tokio::time::sleep(PAUSE).await;
                    attempts += 1;
                    if attempts == ATTEMPTS {
                        return Err(retrieval_error(&reason));
                    }
                }
            }
        };
        credentials(&document)
    }

    /// Makes one attempt.
    async fn document(&self, token: Option<&str>) -> Result<Value, Failure> {
        let request = LocalRequest {
            method: "GET",
            url: self.url.clone(),
            headers: [
                Some(("accept", "application/json")),
                token.map(|token| ("authorization", token)),
            ]
            .into_iter()
            .flatten()
            .collect(),
            timeout: TIMEOUT,
        };
        let response = request.send(&self.transport).await;
        let response = response.map_err(|error| {
            Failure::Retried(format!(
                "Received error when attempting to retrieve container metadata: {error}"
            ))
        })?;
        if response.status != 200 {
            return Err(Failure::Retried(format!(
                "Received non 200 response {} from container metadata: {}",
                response.status, response.body
            )));
        }
        python_json::parse(&response.body).map_err(|error| match error {
            JsonError::Invalid(_) => Failure::Retried(NOT_JSON.to_owned()),
            error => Failure::Final(CredentialError::Python(error.to_string())),
        })
    }
}

/// The result of an attempt that failed.
enum Failure {
    /// The reason in the message after the last attempt.
    Retried(String),
    Final(CredentialError),
}

/// Returns the content of `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, or `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
fn authorization_token() -> Result<Option<String>, CredentialError> {
    let token = match variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        None => variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
        Some(path) => Some(fs::read_to_string(&path).map_err(|error| {
            let (number, text) = platform::errno(&error);
            let path = python::repr_str(&path);
            CredentialError::Python(format!("[Errno {number}] {text}: {path}"))
        })?),
    };
    match token {
        Some(token) if token.contains(['\r', '\n']) => Err(CredentialError::Python(
            "Auth token value is not a legal header value".to_owned(),
        )),
        token => Ok(token),
    }
}

/// Checks that a token is sent only to the host of a container, or over TLS.
fn check_host(url: &str) -> Result<(), CredentialError> {
    let parsed = PythonUrl::parse(url).map_err(CredentialError::Python)?;
    let host = parsed.host.as_deref();
    let is_local = host.is_some_and(|host| is_loopback(host) || HOSTS.contains(&host));
    match parsed.scheme == "https" || (is_local && is_host_of_request(host, url)) {
        true => Ok(()),
        false => Err(CredentialError::Python(format!(
            "Unsupported host '{}'.  Can only retrieve metadata from a loopback address or one of these hosts: {}",
            host.unwrap_or("None"),
            HOSTS.join(", ")
        ))),
    }
}

fn is_loopback(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.parse();
    address.is_ok_and(|address| address.is_loopback())
}

/// Returns whether the request is sent to this host, or to none because its URL is not valid.
fn is_host_of_request(host: Option<&str>, url: &str) -> bool {
    let uri: Option<Uri> = url.parse().ok();
    let requested = uri.as_ref().and_then(Uri::host);
    let requested = requested.map(|host| host.trim_matches(['[', ']']).to_ascii_lowercase());
    requested.is_none() || requested.as_deref() == host
}

/// Reads the members of a document. v1 reports Python's `KeyError` for a missing one.
fn credentials(document: &Value) -> Result<Credentials, Error> {
    let keys = JsonKeys::of(document, PROVIDER)?;
    let (key_id, secret) = (keys.text("AccessKeyId")?, keys.text("SecretAccessKey")?);
    let (token, expiry) = (keys.nullable("Token")?, keys.expiry("Expiration")?);
    let expiry = Some(expiry);
    Ok(Credentials::new(key_id, secret, token, expiry, "container"))
}

fn retrieval_error(reason: &str) -> Error {
    CredentialError::Retrieval {
        provider: PROVIDER.to_owned(),
        reason: format!("Error retrieving metadata: {reason}"),
    }
    .into()
}

const PROVIDER: &str = "container-role";
const HOSTS: &[&str] = &[
    "169.254.170.2",
    "169.254.170.23",
    "fd00:ec2::23",
    "localhost",
];
const NOT_JSON: &str = "Unable to parse JSON returned from container metadata services";
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(2);
