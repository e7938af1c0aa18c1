//! The tokens of IAM Identity Center that `aws sso login` caches in `~/.aws/sso/cache`.

use std::time::Duration;

use ecr_token_source::{Clock as _, SystemClock};
use serde_json::{Map, Value, json};

use crate::config::profile::Profiles;
use crate::credential_error::CredentialError;
use crate::credentials::expiry;
use crate::credentials::json_file::JsonFile;
use crate::credentials::json_keys::{JsonKeys, integer_of};
use crate::error::Error;
use crate::issuer::IssuerClient;
use crate::python;

/// A section `[sso-session NAME]`, whose token can be renewed.
#[derive(Debug, Clone)]
pub(super) struct TokenSession {
    name: String,
    region: String,
    start_url: String,
}

impl TokenSession {
    /// Returns the session that the profile names.
    ///
    /// # Errors
    /// Returns an error if there is no such section, or if it is incomplete.
    pub(super) fn of(profiles: &Profiles, profile: &str) -> Result<Option<Self>, Error> {
        let section = profiles.profile(profile);
        let name = section.map(|section| section.text("sso_session"));
        let Some(name) = name.transpose()?.flatten() else {
            return Ok(None);
        };
        let session = profiles.sso_session(name);
        let session = session.filter(|section| !section.is_empty());
        let session = session.ok_or_else(|| CredentialError::SsoTokenSessionNotFound {
            profile: profile.to_owned(),
            session: name.to_owned(),
        })?;
        let keys = ["sso_start_url", "sso_region"].into_iter();
        let missing: Vec<&str> = keys.filter(|key| !session.has(key)).collect();
        if !missing.is_empty() {
            let missing = python::repr(&Value::from(missing));
            let profile = profile.to_owned();
            return Err(CredentialError::SsoTokenIncomplete { profile, missing }.into());
        }
        let text = |key| Ok::<_, Error>(session.text(key)?.unwrap_or_default().to_owned());
        Ok(Some(Self {
            name: name.to_owned(),
            region: text("sso_region")?,
            start_url: text("sso_start_url")?,
        }))
    }

    /// Returns the access token. A token that expires within 15 minutes is renewed if the cache contains a refresh token.
    ///
    /// # Errors
    /// Returns an error if there is no token, or if it has expired and cannot be renewed.
    pub(super) async fn access_token(&self, issuers: &IssuerClient) -> Result<Value, Error> {
        let file = JsonFile::of(CACHE, &self.name);
        let mut token = load(&file, &self.start_url, &self.name)?;
        let mut expiry = keys(&token)?.expiry("expiresAt")?;
        if expiry < SystemClock.now() + RENEWAL_MARGIN
            && let Some(renewed) = self.renewed(&token, issuers).await?
        {
            file.write(&renewed);
            expiry = keys(&renewed)?.expiry("expiresAt")?;
            token = renewed;
        }
        match expiry <= SystemClock.now() {
            true => Err(CredentialError::SsoTokenExpired.into()),
            false => Ok(token["accessToken"].take()),
        }
    }

    /// Requests a new token. Returns `None` if the cached token cannot be renewed or if the service rejects the renewal.
    async fn renewed(
        &self,
        cached: &Value,
        issuers: &IssuerClient,
    ) -> Result<Option<Value>, Error> {
        let needed = ["refreshToken", "clientId", "clientSecret", REGISTRATION];
        if needed.into_iter().any(|key| cached.get(key).is_none()) {
            return Ok(None);
        }
        let registration = keys(cached)?.expiry(REGISTRATION)?;
        if registration <= SystemClock.now() {
            return Ok(None);
        }
        match issuers.create_token(&self.region, cached).await {
            Ok(response) => Ok(Some(self.token(cached, &response)?)),
            Err(Error::Service { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the token in the form in which it is cached.
    fn token(&self, cached: &Value, response: &Map<String, Value>) -> Result<Value, Error> {
        let seconds = integer_of(response, "expiresIn")?;
        let expiry = expiry::after(SystemClock.now(), seconds);
        let access_token = response.get("accessToken");
        let access_token = access_token.ok_or(CredentialError::Missing("accessToken"))?;
        let expiry = expiry?;
        let mut token = json!({
            "startUrl": self.start_url,
            "region": self.region,
            "accessToken": access_token,
            "expiresAt": expiry,
            "clientId": cached["clientId"],
            "clientSecret": cached["clientSecret"],
            REGISTRATION: cached[REGISTRATION],
        });
        if let Some(refresh_token) = response.get("refreshToken") {
            token["refreshToken"] = refresh_token.clone();
        }
        Ok(token)
    }
}

/// Returns the access token for the start URL of a profile without a session. Such a token cannot be renewed.
///
/// # Errors
/// Returns an error if there is no token, or if it has expired.
pub(super) fn legacy_access_token(start_url: &str) -> Result<Value, Error> {
    let mut token = load(&JsonFile::of(CACHE, start_url), start_url, start_url)?;
    let expiry = keys(&token)?.expiry("expiresAt")?;
    match expiry <= SystemClock.now() {
        true => Err(CredentialError::SsoUnauthorized.into()),
        false => Ok(token["accessToken"].take()),
    }
}

fn keys(token: &Value) -> Result<JsonKeys<'_>, CredentialError> {
    JsonKeys::of(token, "sso")
}

fn load(file: &JsonFile, start_url: &str, name: &str) -> Result<Value, CredentialError> {
    let token = file.read()?;
    let token = token
        .ok_or_else(|| CredentialError::SsoToken(format!("Token for {name} does not exist")))?;
    match token.get("accessToken").is_some() && token.get("expiresAt").is_some() {
        true => Ok(token),
        false => Err(CredentialError::SsoToken(format!(
            "Token for {start_url} is invalid"
        ))),
    }
}

const CACHE: &str = "~/.aws/sso/cache";
const REGISTRATION: &str = "registrationExpiresAt";
const RENEWAL_MARGIN: Duration = Duration::from_secs(15 * 60);
