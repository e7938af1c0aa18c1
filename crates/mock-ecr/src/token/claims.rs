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
    /// The time of issue, on the mock's clock.
    pub issued: Timestamp,
    /// The time of expiry, on the mock's clock. The token is invalid at and after this time.
    pub expires: Timestamp,
}

impl Claims {
    /// Creates the claims of a token that is issued at `issued` and expires at `issued` plus `ttl`. `ttl` is truncated
    /// to whole milliseconds.
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
