//! The mode of signature verification.

use serde::{Deserialize, Serialize};

/// The mode in which the signatures of API requests are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuthMode {
    /// The access key ID must belong to a principal, and the signature must be valid.
    Strict,
    /// Every access key ID is accepted, and the signature is not verified, but a request must contain a signature. If
    /// the access key ID is unknown, the caller is a root user: that of the account with this ID if the access key ID
    /// consists of twelve digits, otherwise that of the default account.
    Lenient,
}
