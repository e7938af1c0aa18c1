//! A cached token, and the check whether it is still usable.

use std::time::{Duration, SystemTime};

use crate::credentials::Credentials;
use crate::margin::Margin;

/// Credentials with the time at which they were fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) credentials: Credentials,
    pub(crate) fetched_at: SystemTime,
}

/// Whether a token is valid, and whether it must be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// The remaining TTL is at least the margin.
    Fresh,
    /// The token is valid but must be renewed.
    Stale,
    /// The token has expired, or its expiry is unknown.
    Expired,
}

impl Token {
    /// Creates a token that was fetched at `now`. Limits its TTL to [`MAX_TTL`].
    pub(crate) fn new(mut credentials: Credentials, now: SystemTime) -> Self {
        let latest = now.checked_add(MAX_TTL);
        let reported = credentials.expires_at;
        credentials.expires_at = reported.map(|end| latest.map_or(end, |latest| latest.min(end)));
        Token {
            credentials,
            fetched_at: now,
        }
    }

    pub(crate) fn freshness(&self, now: SystemTime, margin: Margin) -> Freshness {
        let Some(end) = self.credentials.expires_at else {
            return Freshness::Expired;
        };
        let left = end.duration_since(now).unwrap_or_default();
        let ttl = end.duration_since(self.fetched_at).unwrap_or_default();
        // If the clock was set back, the age of the token is unknown.
        let is_age_known = self.fetched_at <= now;
        match left {
            Duration::ZERO => Freshness::Expired,
            left if is_age_known && left >= margin.for_ttl(ttl) => Freshness::Fresh,
            _ => Freshness::Stale,
        }
    }
}

/// The TTL of ECR's tokens: twelve hours.
pub(crate) const MAX_TTL: Duration = Duration::from_secs(12 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Password;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
    }

    fn token_until(end: Option<SystemTime>) -> Token {
        let credentials = Credentials {
            username: "AWS".to_owned(),
            password: Password::new("p".to_owned()),
            expires_at: end,
            registry: "host".to_owned(),
        };
        Token::new(credentials, at(0))
    }

    fn freshness(token: &Token, seconds: u64) -> Freshness {
        token.freshness(at(seconds), Margin::default())
    }

    #[test]
    fn a_token_is_fresh_until_a_tenth_of_its_ttl_is_left() {
        let token = token_until(Some(at(12 * 3600)));
        assert_eq!(freshness(&token, 0), Freshness::Fresh);
        assert_eq!(freshness(&token, 12 * 3600 - 72 * 60), Freshness::Fresh);
        assert_eq!(freshness(&token, 12 * 3600 - 72 * 60 + 1), Freshness::Stale);
        assert_eq!(freshness(&token, 12 * 3600 - 1), Freshness::Stale);
        assert_eq!(freshness(&token, 12 * 3600), Freshness::Expired);
    }

    #[test]
    fn the_margin_is_at_least_five_minutes() {
        let token = token_until(Some(at(600)));
        assert_eq!(freshness(&token, 300), Freshness::Fresh);
        assert_eq!(freshness(&token, 301), Freshness::Stale);
        let short = token_until(Some(at(299)));
        assert_eq!(freshness(&short, 0), Freshness::Stale);
        assert_eq!(freshness(&short, 299), Freshness::Expired);
        let margin = Margin::at_least(Duration::from_secs(1));
        assert_eq!(token.freshness(at(540), margin), Freshness::Fresh);
        assert_eq!(token.freshness(at(541), margin), Freshness::Stale);
    }

    #[test]
    fn the_ttl_is_capped_at_twelve_hours() {
        let token = token_until(Some(at(10 * 365 * 86400)));
        assert_eq!(token.credentials.expires_at, Some(at(12 * 3600)));
    }

    #[test]
    fn a_token_without_expiry_or_past_it_is_expired() {
        assert_eq!(freshness(&token_until(None), 0), Freshness::Expired);
        let expired = token_until(Some(SystemTime::UNIX_EPOCH));
        assert_eq!(freshness(&expired, 0), Freshness::Expired);
    }

    #[test]
    fn a_token_is_stale_after_the_clock_was_set_back() {
        let token = token_until(Some(at(12 * 3600)));
        let earlier = SystemTime::UNIX_EPOCH + Duration::from_secs(999_999);
        assert_eq!(
            token.freshness(earlier, Margin::default()),
            Freshness::Stale
        );
    }
}
