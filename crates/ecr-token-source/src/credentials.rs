//! What opens a registry.

use std::fmt;
use std::time::SystemTime;

/// A login of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// Who logs in: `AWS`, as ECR has it; in any case what the token says.
    pub username: String,
    /// The password, colons included.
    pub password: Password,
    /// Until when it opens the registry, as far as that is believed: no more than twelve hours from when it was fetched.
    /// `None` where the answer did not say; such a login is for one use.
    pub expires_at: Option<SystemTime>,
    /// The host that it is for, with a port where one was asked for.
    pub registry: String,
}

/// A password, which shows itself only to who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    pub(crate) fn new(password: String) -> Self {
        Password(password)
    }

    /// The password itself.
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
