//! User name and password of a registry.

use std::fmt;
use std::time::SystemTime;

/// A login of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// The user name. ECR uses `AWS`; the value comes from the token.
    pub username: String,
    /// The password. It may contain colons.
    pub password: Password,
    /// When the password expires: at most twelve hours after it was fetched. `None` if the response had no `expiresAt`;
    /// such a login is not cached.
    pub expires_at: Option<SystemTime>,
    /// The host of the registry, followed by `:PORT` if a port was requested.
    pub registry: String,
}

/// A password. Its `Debug` output does not contain it; [`Password::expose`] returns it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    pub(crate) fn new(password: String) -> Self {
        Password(password)
    }

    /// Returns the password as text.
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
