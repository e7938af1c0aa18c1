//! Roles of profiles: `role_arn` with `source_profile` or `credential_source`.

use aws_credential_types::Credentials;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::config::integer::integer;
use crate::config::profile::Profiles;
use crate::config::section::Section;
use crate::credential_error::CredentialError;
use crate::credentials::mfa;
use crate::credentials::profile_sources;
use crate::credentials::provided::{Fetch, Provided};
use crate::credentials::search_context::{NamedSource, SearchContext, Variables};
use crate::credentials::session_cache::{SessionCache, credentials};
use crate::credentials::session_name;
use crate::error::Error;
use crate::issuer::IssuerClient;
use crate::issuer::sts::{Parameter, Parameters};
use crate::python;

/// A role that is assumed with the credentials of another source.
#[derive(Debug)]
struct AssumedRole {
    source: Provided,
    parameters: Parameters,
    cache: SessionCache,
    mfa_serial: Option<String>,
}

/// Returns the role of the profile, if it has one and no web identity.
///
/// # Errors
/// Returns an error if the role has no source, if its source is not valid, or if the source has no credentials.
pub(super) async fn find(
    context: &SearchContext<'_>,
    profile: &str,
) -> Result<Option<Provided>, Error> {
    match context.profiles.profile(profile) {
        Some(section) if is_role(section) => {
            let mut visited = vec![profile.to_owned()];
            load(context, profile, &mut visited).await.map(Some)
        }
        _ => Ok(None),
    }
}

fn is_role(section: &Section) -> bool {
    section.has("role_arn") && !section.has("web_identity_token_file")
}

/// Loads a role and its sources, which may be roles too.
fn load<'a>(
    context: &'a SearchContext<'_>,
    profile: &'a str,
    visited: &'a mut Vec<String>,
) -> BoxFuture<'a, Result<Provided, Error>> {
    async move {
        let section = context.profiles.profile(profile);
        let section = section.cloned().unwrap_or_default();
        let source = match source(&section, profile)? {
            Source::Named(name) => named_source(context, &name, profile).await?,
            Source::Profile(name) => {
                check_profile(context.profiles, &name, profile, visited)?;
                check_depth(visited)?;
                visited.push(name.clone());
                profile_source(context, &name, visited).await?
            }
        };
        Ok(Provided::Deferred(Box::new(assumed_role(
            &section, source,
        )?)))
    }
    .boxed()
}

/// The setting that names the source of a role's credentials.
enum Source {
    Named(String),
    Profile(String),
}

fn source(section: &Section, profile: &str) -> Result<Source, Error> {
    let text = |key| section.text(key);
    match (text("credential_source")?, text("source_profile")?) {
        (Some(_), Some(_)) => Err(CredentialError::RoleWithTwoSources(profile.to_owned()).into()),
        (Some(name), None) => Ok(Source::Named(name.to_owned())),
        (None, Some(name)) => Ok(Source::Profile(name.to_owned())),
        (None, None) => Err(CredentialError::Partial {
            found_in: "assume-role",
            missing: "source_profile or credential_source",
        }
        .into()),
    }
}

async fn named_source(
    context: &SearchContext<'_>,
    name: &str,
    profile: &str,
) -> Result<Provided, Error> {
    let source = NamedSource::parse(name).ok_or_else(|| CredentialError::CredentialSource {
        name: name.to_owned(),
        profile: profile.to_owned(),
    })?;
    let found = context.named(source).await?;
    found.ok_or_else(|| {
        CredentialError::Retrieval {
            provider: name.to_owned(),
            reason: format!(
                "No credentials found in credential_source referenced in profile {profile}"
            ),
        }
        .into()
    })
}

/// Checks that the source profile exists and was not visited before. A profile with keys may name itself.
fn check_profile(
    profiles: &Profiles,
    name: &str,
    profile: &str,
    visited: &[String],
) -> Result<(), CredentialError> {
    let section = profiles
        .profile(name)
        .ok_or_else(|| CredentialError::SourceProfileNotFound {
            name: name.to_owned(),
            profile: profile.to_owned(),
        })?;
    let is_visited = visited.iter().any(|visited| visited == name);
    match is_visited && (name != profile || !has_keys(section)) {
        false => Ok(()),
        true => Err(CredentialError::Loop {
            profile: name.to_owned(),
            visited: python::repr(&Value::from(visited)),
        }),
    }
}

/// Rejects a chain of profiles that is so long that its sources could not be loaded. v1 fails between 120 and 150 profiles, at the limit of
/// recursion of Python, with this message.
fn check_depth(visited: &[String]) -> Result<(), CredentialError> {
    match visited.len() < MAX_CHAIN {
        true => Ok(()),
        false => Err(CredentialError::Python(
            "maximum recursion depth exceeded".to_owned(),
        )),
    }
}

const MAX_CHAIN: usize = 130;

fn has_keys(section: &Section) -> bool {
    section.has("aws_secret_access_key") || section.has("aws_access_key_id")
}

async fn profile_source(
    context: &SearchContext<'_>,
    name: &str,
    visited: &mut Vec<String>,
) -> Result<Provided, Error> {
    let section = context.profiles.profile(name);
    if section.is_some_and(|section| is_role(section) && !has_keys(section)) {
        return load(context, name, visited).await;
    }
    let found = profile_sources::find(context.profiles, name, Variables::Ignored).await?;
    found.ok_or_else(|| CredentialError::SourceProfileEmpty(name.to_owned()).into())
}

/// Reads the settings in v1's order. A duration that is not an integer is ignored.
fn assumed_role(section: &Section, source: Provided) -> Result<AssumedRole, Error> {
    let text = |key| section.text(key);
    let mfa_serial = text("mfa_serial")?.map(str::to_owned);
    let mut parameters = Parameters::new();
    for (name, value) in [
        ("RoleSessionName", text("role_session_name")?),
        ("ExternalId", text("external_id")?),
        ("SerialNumber", mfa_serial.as_deref()),
    ] {
        let value = value.map(|value| Parameter::Text(value.to_owned()));
        parameters.extend(value.map(|value| (name, value)));
    }
    let duration = text("duration_seconds")?.map(integer);
    if let Some(Ok(seconds)) = duration {
        parameters.push(("DurationSeconds", Parameter::Number(seconds)));
    }
    let arn = text("role_arn")?.unwrap_or_default().to_owned();
    parameters.push(("RoleArn", Parameter::Text(arn)));
    let cache = session_name::complete(&mut parameters);
    Ok(AssumedRole {
        source,
        parameters,
        cache,
        mfa_serial,
    })
}

impl Fetch for AssumedRole {
    fn fetch<'f>(&'f self, issuers: &'f IssuerClient) -> BoxFuture<'f, Result<Credentials, Error>> {
        async move {
            if let Some(session) = self.cache.read()? {
                return Ok(session);
            }
            let mut parameters = self.parameters.clone();
            if let Some(serial) = &self.mfa_serial {
                let code = mfa::ask(serial.clone()).await?;
                parameters.push(("TokenCode", Parameter::Text(code)));
            }
            let source = self.source.keys(issuers).await?;
            let keys = issuers.assume_role(&parameters, &source).await?;
            self.cache.write(&keys);
            Ok(credentials(&keys)?)
        }
        .boxed()
    }
}
