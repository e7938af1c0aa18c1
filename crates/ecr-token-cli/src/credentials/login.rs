//! Sessions of `aws login`: `login_session`, and the tokens in `~/.aws/login/cache`.
//!
//! botocore reads them only if the library `awscrt` is installed, which AWS CLI v1 does not require.

use std::time::Duration;

use aws_credential_types::Credentials;
use ecr_token_source::{Clock as _, SystemClock};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use crate::config::profile::Profiles;
use crate::config::variables::variable;
use crate::credential_error::CredentialError;
use crate::credentials::expiry;
use crate::credentials::json_file::JsonFile;
use crate::credentials::json_keys::{JsonKeys, integer_of};
use crate::credentials::provided::{Fetch, Provided};
use crate::error::Error;
use crate::issuer::IssuerClient;
use crate::issuer::dpop_key::DpopKey;
use crate::python;
use crate::python_path::{expand_user, expand_variables};

/// Returns the credentials in the cached token, if the profile names a session. They may have expired.
///
/// # Errors
/// Returns an error if there is no token, or if it is incomplete.
pub(super) fn find(profiles: &Profiles, profile: &str) -> Result<Option<Provided>, Error> {
    let section = profiles.profile(profile);
    let name = section.map(|section| section.text("login_session"));
    let Some(name) = name.transpose()?.flatten() else {
        return Ok(None);
    };
    let session = LoginSession::of(name);
    let token = session.token()?;
    let result = credentials(&token).map_err(Error::from);
    Provided::first(result, session).map(Some)
}

/// A session, whose token can be renewed.
#[derive(Debug)]
struct LoginSession {
    name: String,
    file: JsonFile,
}

impl LoginSession {
    fn of(name: &str) -> Self {
        let directory = match variable("AWS_LOGIN_CACHE_DIRECTORY") {
            Some(directory) => expand_user(&expand_variables(&directory)),
            None => expand_user("~/.aws/login/cache"),
        };
        let file = JsonFile::of_sha256(&directory, name);
        let name = name.to_owned();
        Self { name, file }
    }

    fn token(&self) -> Result<Value, CredentialError> {
        let token = self.file.read()?;
        let token = token.ok_or_else(|| {
            CredentialError::LoginToken(format!(
                "Unable to load a existing login session for session {}. Please reauthenticate with 'aws login'.",
                self.name
            ))
        })?;
        let required = ["accessToken", "refreshToken", "dpopKey", "clientId"];
        let missing = required.into_iter().filter(|key| token.get(key).is_none());
        let missing: Vec<&str> = missing.collect();
        match missing.is_empty() {
            true => Ok(token),
            false => Err(CredentialError::LoginToken(format!(
                "Failed to load access token from token cache, missing required fields: {}.",
                missing.join(", ")
            ))),
        }
    }

    /// Reads the cached token again, because another program may have renewed it, and returns its credentials. A token that expires within
    /// five minutes is renewed.
    async fn renewed(&self, issuers: &IssuerClient) -> Result<Credentials, Error> {
        let mut token = self.token()?;
        let key = DpopKey::parse(&python::str(&token["dpopKey"]))?;
        let expires_at = keys(&token)?.expiry("expiresAt")?;
        if expires_at > SystemClock.now() + RENEWAL_MARGIN {
            return Ok(credentials(&token)?);
        }
        let output = issuers.create_oauth2_token(&token, &key).await?;
        update(&mut token, &output)?;
        self.file.write(&token);
        Ok(credentials(&token)?)
    }
}

impl Fetch for LoginSession {
    fn fetch<'f>(&'f self, issuers: &'f IssuerClient) -> BoxFuture<'f, Result<Credentials, Error>> {
        self.renewed(issuers).boxed()
    }
}

/// Returns the credentials in a token.
fn credentials(token: &Value) -> Result<Credentials, CredentialError> {
    let keys = keys(token)?;
    let (key_id, secret) = (keys.text("accessKeyId")?, keys.text("secretAccessKey")?);
    let session_token = keys.nullable("sessionToken")?;
    let expires_at = keys.text("expiresAt")?;
    if !keys.has("accountId") {
        return Err(CredentialError::Missing("accountId"));
    }
    let expiry = Some(expiry::parse(&expires_at)?);
    Ok(Credentials::new(
        key_id,
        secret,
        session_token,
        expiry,
        "login",
    ))
}

fn keys(token: &Value) -> Result<JsonKeys<'_>, CredentialError> {
    JsonKeys::of(token, "login")?.object("accessToken")
}

/// Replaces the credentials and the refresh token by those of a response.
fn update(token: &mut Value, output: &Map<String, Value>) -> Result<(), Error> {
    let seconds = integer_of(output, "expiresIn")?;
    let expires_at = expiry::after(SystemClock.now(), seconds)?;
    let member = |document: Option<&Value>, name| {
        let member = document.and_then(|document| document.get(name)).cloned();
        member.ok_or(CredentialError::Missing(name))
    };
    let output = Value::Object(output.clone());
    let output = Some(&output);
    let renewed = member(output, "accessToken")?;
    for name in ["accessKeyId", "secretAccessKey", "sessionToken"] {
        token["accessToken"][name] = member(Some(&renewed), name)?;
    }
    token["accessToken"]["expiresAt"] = expires_at.into();
    token["refreshToken"] = member(output, "refreshToken")?;
    Ok(())
}

const RENEWAL_MARGIN: Duration = Duration::from_secs(5 * 60);
