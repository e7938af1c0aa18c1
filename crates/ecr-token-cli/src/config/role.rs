//! Checks that a profile that assumes a role has a source of credentials.
//!
//! The SDK's provider reports the same errors later and with other messages, and does not report some of them.

use aws_config::profile::{Profile, ProfileSet};

use crate::error::Error;

/// Checks the profile if it assumes a role.
///
/// # Errors
/// Returns an error if there is no source of credentials, or if the source profile does not exist or has none.
pub(super) fn check(name: &str, profiles: &ProfileSet) -> Result<(), Error> {
    let Some(profile) = profiles.get_profile(name) else {
        return Ok(());
    };
    let has = |key| profile.get(key).is_some();
    if !has("role_arn") || has("web_identity_token_file") {
        return Ok(());
    }
    match (
        profile.get("source_profile"),
        profile.get("credential_source"),
    ) {
        (Some(_), Some(_)) => Err(Error::RoleWithTwoSources(name.to_owned())),
        (Some(source), None) => check_source(source, name, profiles),
        (None, Some(source)) if CREDENTIAL_SOURCES.contains(&source) => Ok(()),
        (None, Some(source)) => Err(Error::CredentialSource {
            name: source.to_owned(),
            profile: name.to_owned(),
        }),
        (None, None) => Err(Error::PartialCredentials {
            found_in: "assume-role",
            missing: "source_profile or credential_source",
        }),
    }
}

fn check_source(source: &str, name: &str, profiles: &ProfileSet) -> Result<(), Error> {
    match profiles.get_profile(source) {
        None => Err(Error::SourceProfileNotFound {
            name: source.to_owned(),
            profile: name.to_owned(),
        }),
        Some(profile) if !has_credentials(profile) => {
            Err(Error::SourceProfileEmpty(source.to_owned()))
        }
        Some(_) => Ok(()),
    }
}

/// Returns whether a profile contains keys or a setting that provides them.
fn has_credentials(profile: &Profile) -> bool {
    let keys = [
        "aws_access_key_id",
        "credential_process",
        "role_arn",
        "sso_session",
        "sso_start_url",
        "web_identity_token_file",
    ];
    keys.iter().any(|key| profile.get(key).is_some())
}

const CREDENTIAL_SOURCES: &[&str] = &["Ec2InstanceMetadata", "EcsContainer", "Environment"];
