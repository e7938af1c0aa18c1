//! The sources of credentials that a profile configures, except roles with a source of their own.

use crate::config::profile::Profiles;
use crate::credentials::provided::Provided;
use crate::credentials::search_context::Variables;
use crate::credentials::{files, login, process, sso, web_identity};
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
    if let Some(found) = login::find(profiles, profile)? {
        return Ok(Some(found));
    }
    if let Some(found) = process::find(profiles.profile(profile)).await? {
        return Ok(Some(found));
    }
    files::config(profiles, profile)
}
