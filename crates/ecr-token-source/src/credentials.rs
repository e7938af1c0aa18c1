//! The username and the password for a registry.

use std::fmt;
use std::time::SystemTime;

/// The credentials for a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// The username from the token. ECR's tokens contain the username `AWS`.
    pub username: String,
    /// The password. It may contain colons.
    pub password: Password,
    /// The time at which the password expires, at most twelve hours after it was fetched. `None` if the response contained
    /// no `expiresAt`; such credentials are not cached.
    pub expires_at: Option<SystemTime>,
    /// The host of the requested registry, followed by `:PORT` if a port was requested. If no registry was requested, the
    /// host and the port of `proxyEndpoint`.
    pub registry: String,
}

/// A password. The `Debug` output does not contain the text; [`Password::expose`] returns the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    pub(crate) fn new(password: String) -> Self {
        Password(password)
    }

    /// Returns the text of the password.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_contains_no_password() {
        let credentials = Credentials {
            username: "AWS".to_owned(),
            password: Password::new("hunter2".to_owned()),
            expires_at: None,
            registry: "host".to_owned(),
        };
        let output = format!("{credentials:?}");
        assert!(!output.contains("hunter2"), "{output}");
        assert!(output.contains("AWS"), "{output}");
    }
}
