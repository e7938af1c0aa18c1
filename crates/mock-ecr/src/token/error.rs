//! Why a token is worth nothing.

use crate::token::id::TokenId;
use crate::types::timestamp::Timestamp;
use crate::types::{PrincipalArn, Region};

/// Why a token is worth nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It is not base64.
    #[error("not base64")]
    NotBase64,
    /// It is base64, but not of a token's form.
    #[error("not of a token's form: {0}")]
    Malformed(&'static str),
    /// It was not sealed under this seed, or was changed since.
    #[error("not issued under this seed, or changed since")]
    Forged,
    /// Its time is over.
    #[error("expired since {since}")]
    Expired {
        /// The first instant at which it was worth nothing.
        since: Timestamp,
    },
    /// It was revoked.
    #[error("token {id} was revoked")]
    Revoked {
        /// Which token it is.
        id: TokenId,
    },
    /// The configuration has nobody of that name.
    #[error("{arn} does not exist in this configuration")]
    UnknownPrincipal {
        /// Whom the token speaks for.
        arn: PrincipalArn,
    },
    /// The credentials that bought it have ended before it did.
    #[error("the credentials of {arn} have expired")]
    ExpiredCredentials {
        /// Whom the token speaks for.
        arn: PrincipalArn,
    },
    /// It opens the registries of another region.
    #[error("issued for {token}, shown to a registry of {registry}")]
    WrongRegion {
        /// The token's region.
        token: Region,
        /// The registry's.
        registry: Region,
    },
}
