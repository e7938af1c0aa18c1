//! What a token says.

use std::time::Duration;

use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, PrincipalArn, Region};

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// Whom it speaks for.
    pub principal: PrincipalArn,
    /// The region whose registries it opens.
    pub region: Region,
    /// When it was issued.
    pub issued: Timestamp,
    /// The first instant at which it is worth nothing.
    pub expires: Timestamp,
}

impl Claims {
    /// Claims for a token that is issued at an instant and lives a while.
    pub fn new(principal: PrincipalArn, region: Region, issued: Timestamp, ttl: Duration) -> Self {
        Claims {
            principal,
            region,
            issued,
            expires: issued + ttl,
        }
    }

    /// The account that the token is bound to.
    pub fn account(&self) -> AccountId {
        self.principal.account()
    }
}
