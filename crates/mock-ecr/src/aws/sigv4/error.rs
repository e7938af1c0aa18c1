//! The errors of signature verification.

/// The reason why a signature is rejected.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SigV4Error {
    /// The request has no signature.
    #[error("no signature")]
    Missing,
    /// Parts of the signature are missing. The text names them.
    #[error("incomplete signature: {0}")]
    Incomplete(String),
    /// The signature is complete, but not valid for this request at this time. The text is the reason.
    #[error("invalid signature: {0}")]
    Invalid(String),
    /// The access key id is unknown, or the session token does not belong to it.
    #[error("unknown credentials")]
    UnknownKey,
    /// The credentials have expired.
    #[error("expired credentials")]
    ExpiredCredentials,
}
