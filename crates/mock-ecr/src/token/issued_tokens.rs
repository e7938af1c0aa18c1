//! Records the issued and presented tokens and their uses.

use std::collections::{HashMap, VecDeque};

use crate::token::claims::Claims;
use crate::token::error::TokenError;
use crate::token::id::TokenId;
use crate::token::revocation::TokenRevocation;
use crate::types::timestamp::Timestamp;

/// The record of a token that was issued by the mock, or that was presented to its registry and could be decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRecord {
    /// The ID of the token.
    pub id: TokenId,
    /// The claims of the token. The token may have been issued by another mock with the same seed.
    pub claims: Claims,
    /// The number of times that the token was presented to the registry, including the times at which it was invalid.
    /// It is 0 if the token was issued but not presented.
    pub presented: u64,
    /// The time at which the token was last presented, on the mock's clock. It is `None` if the token was never
    /// presented.
    pub last_presented: Option<Timestamp>,
    /// The number of times that the registry rejected the token.
    pub rejected: u64,
    /// The first rejection of the token by the registry. It is kept if the token is later invalid for another reason.
    pub first_rejection: Option<TokenRejection>,
    /// The revocation of the token. It is also set if the token is invalid for another reason.
    pub revoked: Option<TokenRevocation>,
    /// The number of the first request whose response contained the token, as
    /// [`ReceivedRequest::number`](crate::request_log::ReceivedRequest::number). It is `None` if the token was issued with the Rust API, by the
    /// control API or by another mock.
    pub issued_by_request: Option<u64>,
    /// The reason why the token is invalid at the time at which this record is returned. It is `None` if the token is
    /// valid.
    pub error: Option<TokenError>,
}

/// The rejection of a token by the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRejection {
    /// The time of the request, on the mock's clock.
    pub at: Timestamp,
    /// The reason why the token was invalid at this time.
    pub error: TokenError,
}

/// The records of the latest tokens, at most 10,000. The oldest records are discarded.
#[derive(Debug, Default)]
pub(super) struct IssuedTokens {
    records: HashMap<TokenId, TokenRecord>,
    order: VecDeque<TokenId>,
    issued: u64,
}

impl IssuedTokens {
    pub(super) fn issue(&mut self, claims: &Claims, id: TokenId) {
        if !self.records.contains_key(&id) {
            self.issued += 1;
            self.record(claims, id);
        }
    }

    /// Records that a token was presented. The token may have been issued by another mock with the same seed.
    pub(super) fn present(&mut self, claims: &Claims, id: TokenId, now: Timestamp) {
        let record = self.record(claims, id);
        record.presented += 1;
        record.last_presented = Some(now);
    }

    /// Records that the registry rejected a presented token.
    pub(super) fn reject(&mut self, id: TokenId, now: Timestamp, error: &TokenError) {
        if let Some(record) = self.records.get_mut(&id) {
            record.rejected += 1;
            record
                .first_rejection
                .get_or_insert_with(|| TokenRejection {
                    at: now,
                    error: error.clone(),
                });
        }
    }

    /// Records the number of the request that a token was issued to, if no earlier request received the same token.
    pub(super) fn issued_by(&mut self, id: TokenId, request: u64) {
        if let Some(record) = self.records.get_mut(&id) {
            record.issued_by_request.get_or_insert(request);
        }
    }

    pub(super) fn expiry(&self, id: TokenId) -> Option<Timestamp> {
        Some(self.records.get(&id)?.claims.expires)
    }

    /// Returns the latest record that fulfils a condition.
    pub(super) fn find_latest(
        &self,
        condition: impl Fn(&TokenRecord) -> bool,
    ) -> Option<&TokenRecord> {
        let mut latest = self
            .order
            .iter()
            .rev()
            .filter_map(|id| self.records.get(id));
        latest.find(|record| condition(record))
    }

    fn record(&mut self, claims: &Claims, id: TokenId) -> &mut TokenRecord {
        if !self.records.contains_key(&id) {
            self.order.push_back(id);
        }
        if self.order.len() > MAX_TOKENS
            && let Some(oldest) = self.order.pop_front()
        {
            self.records.remove(&oldest);
        }
        self.records.entry(id).or_insert_with(|| TokenRecord {
            id,
            claims: claims.clone(),
            presented: 0,
            last_presented: None,
            rejected: 0,
            first_rejection: None,
            revoked: None,
            issued_by_request: None,
            error: None,
        })
    }

    /// Returns the records, oldest first.
    pub(super) fn records(&self) -> Vec<TokenRecord> {
        let found = self.order.iter().filter_map(|id| self.records.get(id));
        found.cloned().collect()
    }

    /// Returns the number of issued tokens, including those whose records were discarded.
    pub(super) fn issued(&self) -> u64 {
        self.issued
    }
}

const MAX_TOKENS: usize = 10_000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::token::{Config, TokenIssuer};

    #[test]
    fn at_most_10_000_tokens_are_kept_and_the_oldest_are_discarded() {
        let issuer = TokenIssuer::new(&Config::default());
        let principal = Config::default().default_principal().arn;
        let claims = |n| Claims {
            principal: principal.clone(),
            region: Config::default().region,
            issued: Timestamp::AWS_EXAMPLE + Duration::from_millis(n),
            expires: Timestamp::AWS_EXAMPLE,
        };
        let (first, mut issued_tokens) = (issuer.issue(&claims(0)).id(), IssuedTokens::default());
        issued_tokens.issue(&claims(0), first);
        issued_tokens.issue(&claims(0), first);
        issued_tokens.present(&claims(0), first, Timestamp::AWS_EXAMPLE);
        assert_eq!(
            (issued_tokens.issued(), issued_tokens.records()[0].presented),
            (1, 1)
        );
        for n in 0..MAX_TOKENS as u64 {
            let id = format!("{n:016x}").parse().unwrap();
            issued_tokens.issue(&claims(n), id);
        }
        assert_eq!(issued_tokens.records().len(), MAX_TOKENS);
        assert_eq!(issued_tokens.records.len(), MAX_TOKENS);
        assert_eq!(issued_tokens.issued(), MAX_TOKENS as u64 + 1);
        assert!(
            issued_tokens
                .records()
                .iter()
                .all(|record| record.id != first)
        );
    }
}
