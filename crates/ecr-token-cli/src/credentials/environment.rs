//! Credentials in variables of the environment.

use aws_credential_types::Credentials;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};

use crate::config::variables::filled_variable;
use crate::credential_error::CredentialError;
use crate::credentials::expiry;
use crate::credentials::provided::{Fetch, Provided};
use crate::error::Error;
use crate::issuer::IssuerClient;

/// The variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, the token and the expiry.
#[derive(Debug)]
struct Environment;

/// Returns the credentials if there is a key id.
///
/// # Errors
/// Returns an error for a key id without a secret, and for an invalid expiry.
pub(super) fn find() -> Result<Option<Provided>, Error> {
    match filled_variable("AWS_ACCESS_KEY_ID") {
        None => Ok(None),
        Some(key_id) => Provided::first(read(key_id), Environment).map(Some),
    }
}

/// `AWS_SECURITY_TOKEN` takes precedence over `AWS_SESSION_TOKEN`.
fn read(key_id: String) -> Result<Credentials, Error> {
    let missing = CredentialError::Partial {
        found_in: "env",
        missing: "AWS_SECRET_ACCESS_KEY",
    };
    let secret = filled_variable("AWS_SECRET_ACCESS_KEY").ok_or(missing)?;
    let token = filled_variable("AWS_SECURITY_TOKEN");
    let token = token.or_else(|| filled_variable("AWS_SESSION_TOKEN"));
    let expiry = filled_variable("AWS_CREDENTIAL_EXPIRATION");
    let expiry = expiry.map(|text| expiry::parse(&text)).transpose()?;
    Ok(Credentials::new(
        key_id,
        secret,
        token,
        expiry,
        "environment",
    ))
}

impl Fetch for Environment {
    fn fetch<'f>(&'f self, _: &'f IssuerClient) -> BoxFuture<'f, Result<Credentials, Error>> {
        let key_id = filled_variable("AWS_ACCESS_KEY_ID").unwrap_or_default();
        ready(read(key_id)).boxed()
    }
}
