//! Revocations of tokens, by ID, by principal and by time of issue.

use std::collections::HashSet;

use crate::token::claims::Claims;
use crate::token::id::TokenId;
use crate::types::PrincipalArn;
use crate::types::timestamp::Timestamp;

/// A selection of tokens to revoke.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// The token with this ID.
    Token(TokenId),
    /// All tokens of this principal, including tokens that are issued after the revocation.
    Principal(PrincipalArn),
    /// All tokens that were issued before this time of the mock's clock.
    IssuedBefore(Timestamp),
}

#[derive(Debug, Default)]
pub(super) struct Revoked {
    tokens: HashSet<TokenId>,
    principals: HashSet<PrincipalArn>,
    issued_before: Option<Timestamp>,
}

impl Revoked {
    pub(super) fn add(&mut self, revocation: Revocation) {
        match revocation {
            Revocation::Token(id) => drop(self.tokens.insert(id)),
            Revocation::Principal(arn) => drop(self.principals.insert(arn)),
            Revocation::IssuedBefore(timestamp) => {
                self.issued_before = self.issued_before.max(Some(timestamp));
            }
        }
    }

    pub(super) fn contains(&self, claims: &Claims, id: TokenId) -> bool {
        self.tokens.contains(&id)
            || self.principals.contains(&claims.principal)
            || self.issued_before.is_some_and(|end| claims.issued < end)
    }
}
