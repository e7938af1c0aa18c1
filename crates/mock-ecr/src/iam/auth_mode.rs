//! How strictly signatures are verified.

use serde::{Deserialize, Serialize};

/// How much of a signature must be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuthMode {
    /// The key must be a principal's, and the signature is verified.
    Strict,
    /// Any key will do and the signature is not looked at; the account is the one that a key of twelve digits names.
    Lenient,
}
