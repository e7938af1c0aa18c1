//! Tokens that the registry rejects, and the data that explains why.

use crate::token::claims::Claims;
use crate::token::error::TokenError;
use crate::token::id::TokenId;
use crate::token::revocation::TokenRevocation;
use crate::token::{TokenIssuer, lock};
use crate::types::timestamp::Timestamp;

/// A token that was rejected, and what explains the rejection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RejectedToken {
    /// The time of the rejection.
    pub(crate) at: Timestamp,
    pub(crate) error: TokenError,
    /// `None` if the token could not be decrypted.
    pub(crate) claims: Option<Claims>,
    pub(crate) revocation: Option<TokenRevocation>,
    /// The time at which the credentials of the principal expire.
    pub(crate) credentials_expire: Option<Timestamp>,
    /// Another token of the same principal and Region that was valid at this time.
    pub(crate) other_valid_token: Option<TokenId>,
}

impl TokenIssuer {
    /// Records that the registry rejected a token, and returns what explains the rejection.
    pub(crate) fn reject(
        &self,
        opened: Option<(Claims, TokenId)>,
        error: TokenError,
        now: Timestamp,
    ) -> RejectedToken {
        if let Some((_, id)) = &opened {
            lock(&self.issued_tokens).reject(*id, now, &error);
        }
        self.rejected(opened, error, now)
    }

    /// Returns what explains the rejection of a token at a time, with another valid token of the same principal.
    pub(crate) fn rejected(
        &self,
        opened: Option<(Claims, TokenId)>,
        error: TokenError,
        now: Timestamp,
    ) -> RejectedToken {
        let other = opened
            .as_ref()
            .and_then(|(claims, id)| self.other_valid(claims, *id, now));
        RejectedToken {
            other_valid_token: other,
            ..self.rejected_alone(opened, error, now)
        }
    }

    /// Returns what explains the rejection of a token at a time. Does not search for another valid token.
    pub(crate) fn rejected_alone(
        &self,
        opened: Option<(Claims, TokenId)>,
        error: TokenError,
        now: Timestamp,
    ) -> RejectedToken {
        let found = opened.as_ref();
        let revocation = found.and_then(|(claims, id)| lock(&self.revoked).find(claims, *id));
        let principal = found.and_then(|(claims, _)| self.principals.with_arn(&claims.principal));
        RejectedToken {
            at: now,
            error,
            revocation,
            credentials_expire: principal.and_then(|principal| principal.expires),
            other_valid_token: None,
            claims: opened.map(|(claims, _)| claims),
        }
    }

    fn other_valid(&self, claims: &Claims, id: TokenId, now: Timestamp) -> Option<TokenId> {
        let issued_tokens = lock(&self.issued_tokens);
        let other = issued_tokens.find_latest(|record| {
            let of_same = record.id != id
                && record.claims.principal == claims.principal
                && record.claims.region == claims.region
                && record.claims.expires > now;
            of_same
                && self
                    .validate_claims(record.claims.clone(), record.id, now)
                    .is_ok()
        });
        other.map(|record| record.id)
    }

    /// Returns the time at which a recorded token expires.
    pub(crate) fn expiry(&self, id: TokenId) -> Option<Timestamp> {
        let issued_tokens = lock(&self.issued_tokens);
        issued_tokens.expiry(id)
    }
}
