//! Finds credentials by the rules of v1: the sources, their order, and their errors.
//!
//! The order is that of `create_credential_resolver` of botocore. A source that is configured and fails ends the search.

use crate::config::Settings;
use crate::config::profile::Profile;
use crate::error::Error;
pub(crate) use provided::Provided;
use search_context::{NamedSource, SearchContext, Variables};
use sso_token::TokenSession;

mod container;
mod environment;
mod expiry;
mod files;
mod instance;
mod json_file;
mod json_keys;
mod local_request;
mod login;
mod mfa;
mod process;
mod profile_sources;
mod provided;
mod role;
mod search_context;
mod session_cache;
mod session_name;
mod sso;
mod sso_token;
mod web_identity;

/// Returns the credentials of the first source that has some.
///
/// # Errors
/// Returns the error of the first source that is configured and fails.
pub(crate) async fn find(settings: &Settings<'_>) -> Result<Option<Provided>, Error> {
    let context = SearchContext {
        profiles: settings.profiles(),
        metadata: settings.metadata(),
    };
    let profile = settings.profile().name_or_default();
    let variables = match settings.profile() {
        Profile::Option(_) => Variables::Ignored,
        Profile::Environment(_) | Profile::Default => Variables::Used,
    };
    if variables == Variables::Used
        && let Some(found) = environment::find()?
    {
        return Ok(Some(found));
    }
    if let Some(found) = role::find(&context, profile).await? {
        return Ok(Some(found));
    }
    let profiles = context.profiles;
    if let Some(found) = profile_sources::find(profiles, profile, variables).await? {
        return Ok(Some(found));
    }
    if let Some(found) = files::of_ec2_tools()? {
        return Ok(Some(found));
    }
    if let Some(found) = files::of_boto()? {
        return Ok(Some(found));
    }
    if let Some(found) = context.named(NamedSource::Container).await? {
        return Ok(Some(found));
    }
    context.named(NamedSource::Instance).await
}

/// Checks the session of IAM Identity Center that the profile names. v1 does so for every client, even if it needs no credentials.
///
/// # Errors
/// Returns an error if the section is missing or incomplete.
pub(crate) fn check_sso_session(settings: &Settings<'_>) -> Result<(), Error> {
    TokenSession::of(settings.profiles(), settings.profile().name_or_default()).map(drop)
}
