//! The sources of credentials that a profile configures, except roles with a source of their own.

use crate::config::profile::Profiles;
use crate::credential_error::CredentialError;
use crate::credentials::provided::Provided;
use crate::credentials::search_context::Variables;
use crate::credentials::{files, process, sso, web_identity};
use crate::error::Error;

/// Returns the credentials of the first source that has some, in v1's order.
///
/// # Errors
/// Returns the error of the first source that is configured and fails.
pub(super) async fn find(
    profiles: &Profiles,
    profile: &str,
    variables: Variables,
) -> Result<Option<Provided>, Error> {
    if let Some(found) = web_identity::find(profiles, profile, variables)? {
        return Ok(Some(found));
    }
    if let Some(found) = sso::find(profiles, profile)? {
        return Ok(Some(found));
    }
    if let Some(found) = files::shared(profiles, profile)? {
        return Ok(Some(found));
    }
    let section = profiles.profile(profile);
    if section.is_some_and(|section| section.has("login_session")) {
        return Err(CredentialError::LoginSession(profile.to_owned()).into());
    }
    if let Some(found) = process::find(section).await? {
        return Ok(Some(found));
    }
    files::config(profiles, profile)
}
