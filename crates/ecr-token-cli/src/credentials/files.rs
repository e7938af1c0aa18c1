//! Access keys in files: those of profiles, and those of older programs.

use std::fs;

use aws_credential_types::Credentials;

use crate::config::profile::{Profiles, section_of_file};
use crate::config::section::Section;
use crate::config::variables::variable;
use crate::credential_error::CredentialError;
use crate::credentials::provided::Provided;
use crate::error::Error;
use crate::python_path::expand_user;
use crate::python_text::{lines, strip, universal_newlines};

/// Returns the keys of a profile in the credentials file.
///
/// # Errors
/// Returns an error for a key id without a secret.
pub(super) fn shared(profiles: &Profiles, profile: &str) -> Result<Option<Provided>, Error> {
    keys(
        profiles.in_credentials_file(profile),
        "shared-credentials-file",
    )
}

/// Returns the keys of a profile in the config file.
///
/// # Errors
/// Returns an error for a key id without a secret.
pub(super) fn config(profiles: &Profiles, profile: &str) -> Result<Option<Provided>, Error> {
    keys(profiles.in_config_file(profile), "config-file")
}

/// Returns the keys of the file that `AWS_CREDENTIAL_FILE` names, in the format of the first tools for EC2.
///
/// # Errors
/// Returns an error for a file that cannot be read and for a key id without a secret.
pub(super) fn of_ec2_tools() -> Result<Option<Provided>, Error> {
    let Some(path) = variable("AWS_CREDENTIAL_FILE") else {
        return Ok(None);
    };
    let path = expand_user(&path);
    let content = fs::read_to_string(&path).map_err(|_| CredentialError::FileNotFound(path))?;
    let content = universal_newlines(&content);
    let value = |name: &str| {
        let pairs = lines(&content).filter_map(|line| line.split_once('='));
        let found = pairs.filter(|(key, _)| strip(key) == name);
        found.last().map(|(_, value)| strip(value).to_owned())
    };
    let Some(key_id) = value("AWSAccessKeyId") else {
        return Ok(None);
    };
    let secret = value("AWSSecretKey").ok_or(CredentialError::Missing("AWSSecretKey"))?;
    Ok(Some(provided(key_id, secret, None)))
}

/// Returns the keys of the file that `BOTO_CONFIG` names, or of the files of boto 2.
///
/// # Errors
/// Returns an error for a file that cannot be parsed and for a key id without a secret.
pub(super) fn of_boto() -> Result<Option<Provided>, Error> {
    let paths = match variable("BOTO_CONFIG") {
        Some(path) => vec![path],
        None => vec!["/etc/boto.cfg".to_owned(), "~/.boto".to_owned()],
    };
    for path in paths {
        let section = section_of_file(&path, "Credentials")?;
        if let Some(found) = keys(section.as_ref(), "boto-config")? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Returns the keys of a section. `aws_security_token` takes precedence over `aws_session_token`.
fn keys(section: Option<&Section>, found_in: &'static str) -> Result<Option<Provided>, Error> {
    let Some(section) = section else {
        return Ok(None);
    };
    let Some(key_id) = section.text("aws_access_key_id")? else {
        return Ok(None);
    };
    let missing = CredentialError::Partial {
        found_in,
        missing: "aws_secret_access_key",
    };
    let secret = section.text("aws_secret_access_key")?.ok_or(missing)?;
    let token = match (found_in, section.text("aws_security_token")?) {
        ("boto-config", _) => None,
        (_, Some(token)) => Some(token),
        (_, None) => section.text("aws_session_token")?,
    };
    let token = token.map(str::to_owned);
    Ok(Some(provided(key_id.to_owned(), secret.to_owned(), token)))
}

fn provided(key_id: String, secret: String, token: Option<String>) -> Provided {
    Provided::Keys(Credentials::new(key_id, secret, token, None, "file"))
}
