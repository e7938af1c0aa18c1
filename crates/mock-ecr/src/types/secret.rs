//! Secrets: secret access keys and session tokens.

use std::fmt;

use serde::Deserialize;
use subtle::ConstantTimeEq;

/// A secret string. `Debug` formats it as `Secret(…)`. Comparisons take constant time.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Returns the secret as a string, for example to send it or to sign with it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares the secret with a text in constant time.
    pub(crate) fn equals(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Secret(text.to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_is_redacted() {
        let secret = Secret::from("hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert!(secret.equals("hunter2") && !secret.equals("hunter") && !secret.equals(""));
    }
}
