//! Reasons why a signature is not accepted.

/// Why a request proves nobody's name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SigV4Error {
    /// There is no signature at all.
    #[error("no signature")]
    Missing,
    /// The signature lacks parts; the text names them.
    #[error("incomplete signature: {0}")]
    Incomplete(String),
    /// The signature is whole, but not one for this request here and now; the text says why.
    #[error("invalid signature: {0}")]
    Invalid(String),
    /// The access key id, or the session token that goes with it, is nobody's.
    #[error("unknown credentials")]
    UnknownKey,
    /// The credentials have ended.
    #[error("expired credentials")]
    ExpiredCredentials,
}
