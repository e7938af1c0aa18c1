//! The claims of tokens.

use std::time::Duration;

use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, PrincipalArn, Region};

/// The claims of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The principal that the token authenticates.
    pub principal: PrincipalArn,
    /// The Region whose registries accept the token.
    pub region: Region,
    /// When the token was issued, on the mock's clock.
    pub issued: Timestamp,
    /// When the token expires. It is invalid from this time on.
    pub expires: Timestamp,
}

impl Claims {
    /// Creates the claims of a token that is issued at `issued` and expires after `ttl`.
    pub fn new(principal: PrincipalArn, region: Region, issued: Timestamp, ttl: Duration) -> Self {
        Claims {
            principal,
            region,
            issued,
            expires: issued + ttl,
        }
    }

    /// Returns the account of the principal.
    pub fn account(&self) -> AccountId {
        self.principal.account()
    }
}
