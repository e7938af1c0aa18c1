//! Revocations of tokens, by ID, by principal and by time of issue.

use std::collections::HashSet;

use crate::token::claims::Claims;
use crate::token::id::TokenId;
use crate::types::PrincipalArn;
use crate::types::error_chain::debug_as_chain;
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

/// The error returned when the mock stores the maximum number of revocations, 10,000. A mock never discards a revocation, because the token
/// would be valid again.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the mock has the maximum number of revocations, {MAX_REVOCATIONS}: revoke tokens by principal or by time of issue instead of by ID, or reset the mock"
)]
#[non_exhaustive]
pub struct TooManyRevocations;

debug_as_chain!(TooManyRevocations);

/// The maximum number of revoked IDs and principals together.
const MAX_REVOCATIONS: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Revoked {
    tokens: HashSet<TokenId>,
    principals: HashSet<PrincipalArn>,
    issued_before: Option<Timestamp>,
}

impl Revoked {
    pub(super) fn add(&mut self, revocation: Revocation) -> Result<(), TooManyRevocations> {
        let is_new = match &revocation {
            Revocation::Token(id) => !self.tokens.contains(id),
            Revocation::Principal(arn) => !self.principals.contains(arn),
            Revocation::IssuedBefore(_) => false,
        };
        if is_new && self.tokens.len() + self.principals.len() >= MAX_REVOCATIONS {
            return Err(TooManyRevocations);
        }
        match revocation {
            Revocation::Token(id) => drop(self.tokens.insert(id)),
            Revocation::Principal(arn) => drop(self.principals.insert(arn)),
            Revocation::IssuedBefore(timestamp) => {
                self.issued_before = self.issued_before.max(Some(timestamp));
            }
        }
        Ok(())
    }

    pub(super) fn contains(&self, claims: &Claims, id: TokenId) -> bool {
        self.tokens.contains(&id)
            || self.principals.contains(&claims.principal)
            || self.issued_before.is_some_and(|end| claims.issued < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revocation_beyond_the_maximum_is_rejected_and_none_is_discarded() {
        let mut revoked = Revoked::default();
        let token = |n: usize| Revocation::Token(format!("{n:016x}").parse().unwrap());
        let principal: PrincipalArn = "arn:aws:iam::123456789012:user/a".parse().unwrap();
        let principal = Revocation::Principal(principal);
        revoked.add(principal.clone()).unwrap();
        for n in 1..MAX_REVOCATIONS {
            revoked.add(token(n)).unwrap();
        }
        assert_eq!(revoked.add(token(MAX_REVOCATIONS)), Err(TooManyRevocations));
        for known in [
            principal,
            token(1),
            Revocation::IssuedBefore(Timestamp::AWS_EXAMPLE),
        ] {
            assert_eq!(revoked.add(known), Ok(()));
        }
        assert_eq!(revoked.tokens.len(), MAX_REVOCATIONS - 1);
    }
}
