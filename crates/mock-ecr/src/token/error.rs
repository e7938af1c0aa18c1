//! The error type of tokens.

use crate::token::id::TokenId;
use crate::types::error_chain::debug_as_chain;
use crate::types::timestamp::Timestamp;
use crate::types::{PrincipalArn, Region};

/// The reason why a token is invalid.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The text, or the password that it contains, is not base64.
    #[error("not base64")]
    NotBase64,
    /// The text is base64, but does not have the form of a token. The string describes the invalid part.
    #[error("not in the form of a token: {0}")]
    Malformed(&'static str),
    /// The token was issued with another seed, or was changed after it was issued.
    #[error("issued with another seed, or changed")]
    Forged,
    /// The token has expired.
    #[error("expired since {since}")]
    Expired {
        /// The time of expiry.
        since: Timestamp,
    },
    /// The token was revoked.
    #[error("token {id} was revoked")]
    Revoked {
        /// The ID of the token.
        id: TokenId,
    },
    /// The principal of the token is neither in the configuration, nor a session, nor the root user of an account that
    /// exists. All principals exist if the mode is [`AuthMode::Lenient`](crate::config::AuthMode::Lenient).
    #[error("{arn} does not exist in this configuration")]
    UnknownPrincipal {
        /// The principal of the token.
        arn: PrincipalArn,
    },
    /// The credentials of the principal have expired.
    #[error("the credentials of {arn} have expired")]
    ExpiredCredentials {
        /// The principal of the token.
        arn: PrincipalArn,
    },
    /// The token was issued for the registries of another Region.
    #[error("issued for {token}, presented to a registry in {registry}")]
    WrongRegion {
        /// The Region of the token.
        token: Region,
        /// The Region of the registry.
        registry: Region,
    },
}

debug_as_chain!(TokenError);
