//! Roles of IAM Identity Center: `sso_account_id` and `sso_role_name`.

use aws_credential_types::Credentials;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use crate::config::profile::Profiles;
use crate::config::section::Section;
use crate::credential_error::CredentialError;
use crate::credentials::json_keys::{JsonKeys, integer_of, time_of_milliseconds};
use crate::credentials::provided::{Fetch, Provided};
use crate::credentials::sso_token::{TokenSession, legacy_access_token};
use crate::error::Error;
use crate::issuer::IssuerClient;
use crate::issuer::sso::SsoRole;
use crate::python;

#[derive(Debug)]
struct RoleOfUser {
    role: SsoRole,
    token: TokenSource,
}

/// Where the token of the user is cached.
#[derive(Debug)]
enum TokenSource {
    /// A section `[sso-session NAME]`.
    Session(TokenSession),
    /// The start URL of a profile without such a section.
    StartUrl(String),
}

/// Returns the role if the profile names an account or a role of IAM Identity Center.
///
/// # Errors
/// Returns an error if a setting is missing, or if profile and session contradict each other.
pub(super) fn find(profiles: &Profiles, profile: &str) -> Result<Option<Provided>, Error> {
    let Some(section) = profiles.profile(profile) else {
        return Ok(None);
    };
    if !section.has("sso_role_name") && !section.has("sso_account_id") {
        return Ok(None);
    }
    let session = section.text("sso_session")?;
    let settings = match session {
        None => section.clone(),
        Some(session) => with_session(profiles, section, session)?,
    };
    let mut required = vec![
        "sso_role_name",
        "sso_account_id",
        "sso_start_url",
        "sso_region",
    ];
    required.retain(|key| !settings.has(key));
    if !required.is_empty() {
        let (profile, missing) = (profile.to_owned(), required.join(", "));
        return Err(CredentialError::SsoIncomplete { profile, missing }.into());
    }
    let text = |key| Ok::<_, Error>(settings.text(key)?.unwrap_or_default().to_owned());
    let token = match TokenSession::of(profiles, profile)? {
        Some(session) => TokenSource::Session(session),
        None => TokenSource::StartUrl(text("sso_start_url")?),
    };
    let role = SsoRole {
        region: text("sso_region")?,
        account_id: text("sso_account_id")?,
        role_name: text("sso_role_name")?,
    };
    Ok(Some(Provided::Deferred(Box::new(RoleOfUser {
        role,
        token,
    }))))
}

/// Adds the settings of the session, which must not differ from those of the profile.
fn with_session(profiles: &Profiles, profile: &Section, name: &str) -> Result<Section, Error> {
    let session = profiles.sso_session(name);
    let session = session.ok_or_else(|| CredentialError::SsoSessionNotFound(name.to_owned()))?;
    let both = |(key, value)| Some((key, profile.value(key)?, value));
    let mut both = session.settings().filter_map(both);
    if let Some((key, ours, theirs)) = both.find(|(_, ours, theirs)| ours != theirs) {
        return Err(CredentialError::SsoInconsistent {
            key: key.to_owned(),
            profile: python::str(ours),
            session: python::str(theirs),
        }
        .into());
    }
    let mut settings = profile.clone();
    settings.update(session);
    Ok(settings)
}

impl Fetch for RoleOfUser {
    fn fetch<'f>(&'f self, issuers: &'f IssuerClient) -> BoxFuture<'f, Result<Credentials, Error>> {
        async move {
            issuers.check_region_of(&self.role)?;
            let token = match &self.token {
                TokenSource::Session(session) => session.access_token(issuers).await?,
                TokenSource::StartUrl(url) => legacy_access_token(url)?,
            };
            let keys = issuers.role_credentials(&self.role, &token).await?;
            credentials(keys)
        }
        .boxed()
    }
}

/// Reads the credentials in a response. Their expiry is in milliseconds.
fn credentials(members: Map<String, Value>) -> Result<Credentials, Error> {
    let milliseconds = integer_of(&members, "expiration");
    let document = Value::Object(members);
    let keys = JsonKeys::of(&document, "sso")?;
    let (key_id, secret) = (keys.text("accessKeyId")?, keys.text("secretAccessKey")?);
    let token = keys.text("sessionToken")?;
    let expiry = time_of_milliseconds(milliseconds?)?;
    Ok(Credentials::new(
        key_id,
        secret,
        Some(token),
        Some(expiry),
        "sso",
    ))
}
