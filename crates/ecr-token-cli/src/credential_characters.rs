//! The characters of credentials.

use aws_credential_types::Credentials;
use http::HeaderValue;

use crate::credential_error::CredentialError;

/// Checks that credentials can sign a request. The SDK panics if a value cannot be written to a header.
///
/// # Errors
/// Returns an error that does not contain the value.
pub(crate) fn check_characters(credentials: &Credentials) -> Result<(), CredentialError> {
    for (name, value) in [
        ("access key id", Some(credentials.access_key_id())),
        ("session token", credentials.session_token()),
    ] {
        if value.is_some_and(|value| HeaderValue::from_str(value).is_err() || is_damaged(value)) {
            return Err(CredentialError::Character(name));
        }
    }
    match is_damaged(credentials.secret_access_key()) {
        true => Err(CredentialError::SecretCharacter),
        false => Ok(()),
    }
}

/// Returns whether a text was read from JSON with an unpaired surrogate.
pub(crate) fn is_damaged(text: &str) -> bool {
    text.contains(char::REPLACEMENT_CHARACTER)
}
