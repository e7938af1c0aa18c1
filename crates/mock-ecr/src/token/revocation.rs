//! Revocations of tokens, by ID, by principal and by time of issue.

use std::collections::{HashMap, VecDeque};

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

/// The revocation of a token: when it was made, and for which tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRevocation {
    /// The time of the revocation on the mock's clock. It is `None` if [`TokenIssuer::revoke`](crate::token::TokenIssuer::revoke) was called,
    /// which has no clock.
    pub at: Option<Timestamp>,
    /// The tokens that were revoked together.
    pub scope: RevocationScope,
}

/// The tokens that a revocation applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationScope {
    /// One token.
    Token,
    /// All tokens of its principal.
    Principal,
    /// All tokens that were issued before this time.
    IssuedBefore(Timestamp),
}

impl RevocationScope {
    /// Returns the name of the scope in the control API: `token`, `principal` or `issued_before`.
    pub fn name(self) -> &'static str {
        match self {
            RevocationScope::Token => "token",
            RevocationScope::Principal => "principal",
            RevocationScope::IssuedBefore(_) => "issued_before",
        }
    }
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

/// The maximum number of revocations by time of issue whose times are kept.
const MAX_TIMES: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Revoked {
    tokens: HashMap<TokenId, Option<Timestamp>>,
    principals: HashMap<PrincipalArn, Option<Timestamp>>,
    /// The revocations by time of issue, each for later tokens than the one before it.
    issued_before: VecDeque<IssuedBefore>,
}

/// A revocation of the tokens that were issued before `end`.
#[derive(Debug)]
struct IssuedBefore {
    end: Timestamp,
    at: Option<Timestamp>,
}

impl Revoked {
    /// Adds a revocation that is made at a time. If the same tokens were revoked before, the earlier time is kept.
    pub(super) fn add(
        &mut self,
        revocation: Revocation,
        at: Option<Timestamp>,
    ) -> Result<(), TooManyRevocations> {
        let is_new = match &revocation {
            Revocation::Token(id) => !self.tokens.contains_key(id),
            Revocation::Principal(arn) => !self.principals.contains_key(arn),
            Revocation::IssuedBefore(_) => false,
        };
        if is_new && self.tokens.len() + self.principals.len() >= MAX_REVOCATIONS {
            return Err(TooManyRevocations);
        }
        match revocation {
            Revocation::Token(id) => drop(self.tokens.entry(id).or_insert(at)),
            Revocation::Principal(arn) => drop(self.principals.entry(arn).or_insert(at)),
            Revocation::IssuedBefore(end) => self.add_issued_before(IssuedBefore { end, at }),
        }
        Ok(())
    }

    fn add_issued_before(&mut self, added: IssuedBefore) {
        let last = self.issued_before.back();
        if last.is_some_and(|last| added.end <= last.end) {
            return;
        }
        self.issued_before.push_back(added);
        // The later ones revoke the tokens of the removed one too.
        if self.issued_before.len() > MAX_TIMES {
            self.issued_before.pop_front();
        }
    }

    pub(super) fn contains(&self, claims: &Claims, id: TokenId) -> bool {
        self.tokens.contains_key(&id)
            || self.principals.contains_key(&claims.principal)
            || self
                .issued_before
                .back()
                .is_some_and(|last| claims.issued < last.end)
    }

    /// Returns the first revocation of a token.
    pub(super) fn find(&self, claims: &Claims, id: TokenId) -> Option<TokenRevocation> {
        let token = self.tokens.get(&id);
        let principal = self.principals.get(&claims.principal);
        let mut by_time = self.issued_before.iter();
        let by_time = by_time.find(|one| claims.issued < one.end);
        let found = [
            token.map(|at| (*at, RevocationScope::Token)),
            principal.map(|at| (*at, RevocationScope::Principal)),
            by_time.map(|one| (one.at, RevocationScope::IssuedBefore(one.end))),
        ];
        let found = found.into_iter().flatten();
        let first = found.min_by_key(|(at, _)| *at);
        first.map(|(at, scope)| TokenRevocation { at, scope })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::types::Region;

    #[test]
    fn a_revocation_beyond_the_maximum_is_rejected_and_none_is_discarded() {
        let mut revoked = Revoked::default();
        let token = |n: usize| Revocation::Token(format!("{n:016x}").parse().unwrap());
        let principal: PrincipalArn = "arn:aws:iam::123456789012:user/a".parse().unwrap();
        let principal = Revocation::Principal(principal);
        revoked.add(principal.clone(), None).unwrap();
        for n in 1..MAX_REVOCATIONS {
            revoked.add(token(n), None).unwrap();
        }
        let one_more = revoked.add(token(MAX_REVOCATIONS), None);
        assert_eq!(one_more, Err(TooManyRevocations));
        for known in [
            principal,
            token(1),
            Revocation::IssuedBefore(Timestamp::AWS_EXAMPLE),
        ] {
            assert_eq!(revoked.add(known, None), Ok(()));
        }
        assert_eq!(revoked.tokens.len(), MAX_REVOCATIONS - 1);
    }

    #[test]
    fn the_first_revocation_of_a_token_is_found() {
        let at = |seconds| Timestamp::AWS_EXAMPLE + Duration::from_secs(seconds);
        let id: TokenId = "0000000000000001".parse().unwrap();
        let principal: PrincipalArn = "arn:aws:iam::123456789012:user/a".parse().unwrap();
        let region = Region::default();
        let claims = Claims::new(principal.clone(), region, at(10), Duration::from_secs(1));
        let mut revoked = Revoked::default();
        assert_eq!(revoked.find(&claims, id), None);
        for (revocation, seconds, scope) in [
            (Revocation::IssuedBefore(at(10)), 20, None),
            (
                Revocation::IssuedBefore(at(11)),
                21,
                Some(RevocationScope::IssuedBefore(at(11))),
            ),
            (
                Revocation::IssuedBefore(at(12)),
                22,
                Some(RevocationScope::IssuedBefore(at(11))),
            ),
            (
                Revocation::Principal(principal),
                5,
                Some(RevocationScope::Principal),
            ),
            (Revocation::Token(id), 4, Some(RevocationScope::Token)),
            (Revocation::Token(id), 3, Some(RevocationScope::Token)),
        ] {
            revoked.add(revocation, Some(at(seconds))).unwrap();
            assert_eq!(revoked.find(&claims, id).map(|one| one.scope), scope);
        }
        assert_eq!(revoked.find(&claims, id).unwrap().at, Some(at(4)));
    }

    #[test]
    fn at_most_100_revocations_by_time_of_issue_are_kept_and_they_revoke_the_same_tokens() {
        let at = |seconds| Timestamp::AWS_EXAMPLE + Duration::from_secs(seconds);
        let mut revoked = Revoked::default();
        for seconds in 1..=MAX_TIMES as u64 + 1 {
            let revocation = Revocation::IssuedBefore(at(seconds));
            revoked.add(revocation, Some(at(seconds))).unwrap();
        }
        assert_eq!(revoked.issued_before.len(), MAX_TIMES);
        let principal = "arn:aws:iam::123456789012:user/a".parse().unwrap();
        let claims = Claims::new(principal, Region::default(), at(0), Duration::from_secs(1));
        let id = "0000000000000001".parse().unwrap();
        assert!(revoked.contains(&claims, id));
        assert_eq!(revoked.find(&claims, id).unwrap().at, Some(at(2)));
    }
}
