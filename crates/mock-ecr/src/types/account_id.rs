//! Account IDs.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::types::name::{NameError, as_text};

/// The ID of an AWS account: twelve digits. The private registries of the account have the same ID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct AccountId([u8; 12]);

impl Serialize for AccountId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl AccountId {
    /// The account in the examples of the AWS documentation, 123456789012. It is the default account if a configuration
    /// has neither accounts nor principals.
    pub const EXAMPLE: AccountId = AccountId(*b"123456789012");

    /// Returns the twelve digits.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("an account id consists of ASCII digits")
    }
}

impl FromStr for AccountId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        <[u8; 12]>::try_from(text.as_bytes())
            .ok()
            .filter(|digits| digits.iter().all(u8::is_ascii_digit))
            .map(AccountId)
            .ok_or_else(|| NameError::new("account id", text, "12 digits, such as 123456789012"))
    }
}

as_text!(AccountId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_has_twelve_digits() {
        assert_eq!("123456789012".parse::<AccountId>(), Ok(AccountId::EXAMPLE));
        for wrong in [
            "",
            "12345678901",
            "1234567890123",
            "12345678901a",
            "１23456789012",
        ] {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong}");
        }
    }
}
