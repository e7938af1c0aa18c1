//! The mode of signature verification.

use serde::{Deserialize, Serialize};

/// The mode of signature verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuthMode {
    /// The access key must belong to a principal, and the signature is verified.
    Strict,
    /// Any access key is accepted, and the signature is not verified. An access key id of twelve digits selects the account with this id.
    Lenient,
}
