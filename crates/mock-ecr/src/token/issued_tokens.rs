//! Which tokens there are, and how they were used.

use std::collections::{HashMap, VecDeque};

use crate::token::claims::Claims;
use crate::token::error::TokenError;
use crate::token::id::TokenId;
use crate::types::timestamp::Timestamp;

/// A token that was issued or shown, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRecord {
    /// What it is called.
    pub id: TokenId,
    /// What it says.
    pub claims: Claims,
    /// How often it was shown to the registry, dead or alive.
    pub shown: u64,
    /// When it was last shown, on the mock's clock.
    pub last_shown: Option<Timestamp>,
    /// Why it was worth nothing when the record was read; nothing of a token that was alive.
    pub refusal: Option<TokenError>,
}

/// The latest tokens that were issued or shown, at most 10,000 of them: whoever issues more loses the uses of the oldest.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    records: HashMap<TokenId, TokenRecord>,
    order: VecDeque<TokenId>,
    issued: u64,
}

impl Ledger {
    pub(super) fn issue(&mut self, claims: &Claims, id: TokenId) {
        if !self.records.contains_key(&id) {
            self.issued += 1;
            self.record(claims, id);
        }
    }

    /// Notes a use; a token may come from another mock with the same seed.
    pub(super) fn show(&mut self, claims: &Claims, id: TokenId, now: Timestamp) {
        let record = self.record(claims, id);
        record.shown += 1;
        record.last_shown = Some(now);
    }

    fn record(&mut self, claims: &Claims, id: TokenId) -> &mut TokenRecord {
        if !self.records.contains_key(&id) {
            self.order.push_back(id);
        }
        if self.order.len() > MOST_TOKENS
            && let Some(oldest) = self.order.pop_front()
        {
            self.records.remove(&oldest);
        }
        self.records.entry(id).or_insert_with(|| TokenRecord {
            id,
            claims: claims.clone(),
            shown: 0,
            last_shown: None,
            refusal: None,
        })
    }

    /// The tokens, oldest first.
    pub(super) fn records(&self) -> Vec<TokenRecord> {
        let found = self.order.iter().filter_map(|id| self.records.get(id));
        found.cloned().collect()
    }

    /// How many were issued, those that are forgotten included.
    pub(super) fn issued(&self) -> u64 {
        self.issued
    }
}

const MOST_TOKENS: usize = 10_000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::token::{Config, TokenIssuer};

    #[test]
    fn its_memory_is_bounded_and_the_oldest_go_first() {
        let issuer = TokenIssuer::new(&Config::default());
        let principal = Config::default().default_principal().arn;
        let claims = |n| Claims {
            principal: principal.clone(),
            region: Config::default().region,
            issued: Timestamp::AWS_EXAMPLE + Duration::from_millis(n),
            expires: Timestamp::AWS_EXAMPLE,
        };
        let (first, mut ledger) = (issuer.issue(&claims(0)).id(), Ledger::default());
        ledger.issue(&claims(0), first);
        ledger.issue(&claims(0), first);
        ledger.show(&claims(0), first, Timestamp::AWS_EXAMPLE);
        assert_eq!((ledger.issued(), ledger.records()[0].shown), (1, 1));
        for n in 0..MOST_TOKENS as u64 {
            let id = format!("{n:016x}").parse().unwrap();
            ledger.issue(&claims(n), id);
        }
        assert_eq!(ledger.records().len(), MOST_TOKENS);
        assert_eq!(ledger.records.len(), MOST_TOKENS);
        assert_eq!(ledger.issued(), MOST_TOKENS as u64 + 1);
        assert!(ledger.records().iter().all(|record| record.id != first));
    }
}
