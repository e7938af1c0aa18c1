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
    /// the access key ID is unknown, the caller is the root user of an account. An access key ID of twelve digits
    /// specifies the ID of this account. Otherwise, the account is the default account.
    Lenient,
}
