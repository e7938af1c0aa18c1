//! The sessions of roles in `~/.aws/cli/cache`, which v1 shares.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use ecr_token_source::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::credential_error::CredentialError;
use crate::credentials::expiry;
use crate::credentials::json_file::JsonFile;
use crate::credentials::json_keys::JsonKeys;
use crate::error::Error;
use crate::issuer::sts::{IssuedKeys, Parameter, Parameters};

/// The file of one session.
#[derive(Debug)]
pub(super) struct SessionCache(JsonFile);

impl SessionCache {
    /// Returns the cache for a session with these parameters.
    pub(super) fn of(parameters: &Parameters) -> Self {
        Self(JsonFile::of("~/.aws/cli/cache", &key(parameters)))
    }

    /// Returns the session if it is valid for at least 15 minutes.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub(super) fn read(&self) -> Result<Option<Credentials>, Error> {
        let Some(document) = self.0.read()? else {
            return Ok(None);
        };
        let keys = JsonKeys::of(&document, "assume-role")?.object("Credentials")?;
        let expiry = keys.expiry("Expiration")?;
        if expiry < SystemClock.now() + MARGIN {
            return Ok(None);
        }
        let (key_id, secret) = (keys.text("AccessKeyId")?, keys.text("SecretAccessKey")?);
        let token = keys.nullable("SessionToken")?;
        let expiry = Some(expiry);
        Ok(Some(Credentials::new(
            key_id, secret, token, expiry, "session",
        )))
    }

    pub(super) fn write(&self, keys: &IssuedKeys) {
        self.0.write(&json!({
            "Credentials": {
                "AccessKeyId": keys.access_key_id,
                "SecretAccessKey": keys.secret_access_key,
                "SessionToken": keys.session_token,
                "Expiration": keys.expiration,
            }
        }));
    }
}

/// Returns the credentials of a session.
///
/// # Errors
/// Returns an error if the time of the expiry is not valid.
pub(super) fn credentials(keys: &IssuedKeys) -> Result<Credentials, CredentialError> {
    Ok(Credentials::new(
        &keys.access_key_id,
        &keys.secret_access_key,
        Some(keys.session_token.clone()),
        Some(expiry::parse(&keys.expiration)?),
        "session",
    ))
}

/// Formats the parameters as Python's `json.dumps` with sorted keys does.
fn key(parameters: &Parameters) -> String {
    let sorted: BTreeMap<_, _> = parameters
        .iter()
        .map(|(name, value)| (name, value))
        .collect();
    let members = sorted.into_iter().map(|(name, value)| match value {
        Parameter::Text(text) => format!("\"{name}\": {}", json_string(text)),
        Parameter::Number(number) => format!("\"{name}\": {number}"),
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
}

/// Formats a string in ASCII.
fn json_string(text: &str) -> String {
    let mut string = String::new();
    for c in Value::from(text).to_string().chars() {
        match c {
            ' '..='~' => string.push(c),
            c => {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                units.for_each(|unit| string.push_str(&format!("\\u{unit:04x}")));
            }
        }
    }
    string
}

const MARGIN: std::time::Duration = std::time::Duration::from_secs(15 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_that_of_python() {
        let text = |text: &str| Parameter::Text(text.to_owned());
        let parameters = vec![
            ("RoleSessionName", text("a\"\u{7f}é😀\n")),
            ("DurationSeconds", Parameter::Number(900)),
        ];
        let expected =
            r#"{"DurationSeconds": 900, "RoleSessionName": "a\"\u007f\u00e9\ud83d\ude00\n"}"#;
        assert_eq!(key(&parameters), expected);
    }
}
