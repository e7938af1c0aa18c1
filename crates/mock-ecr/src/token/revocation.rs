//! Tokens that were made worthless before their time.

use std::collections::HashSet;

use crate::token::claims::Claims;
use crate::token::id::TokenId;
use crate::types::PrincipalArn;
use crate::types::timestamp::Timestamp;

/// Which tokens to make worthless before their time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// One token.
    Token(TokenId),
    /// Every token of a principal, those to come as well.
    Principal(PrincipalArn),
    /// Every token issued before an instant.
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
            Revocation::IssuedBefore(instant) => {
                self.issued_before = self.issued_before.max(Some(instant));
            }
        }
    }

    pub(super) fn contains(&self, claims: &Claims, id: TokenId) -> bool {
        self.tokens.contains(&id)
            || self.principals.contains(&claims.principal)
            || self.issued_before.is_some_and(|end| claims.issued < end)
    }
}
