//! A token that is kept, and how old it is.

use std::time::{Duration, SystemTime};

use crate::credentials::Credentials;
use crate::margin::Margin;

/// Credentials with the time at which they were fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) credentials: Credentials,
    pub(crate) fetched_at: SystemTime,
}

/// How old a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// It has its margin left.
    Fresh,
    /// It lives, but should be replaced.
    Waning,
    /// Its time is over, or nobody knows when that is.
    Dead,
}

impl Token {
    /// A token that has just been fetched; no life longer than ECR's is believed.
    pub(crate) fn fetched(mut credentials: Credentials, now: SystemTime) -> Self {
        let longest = now.checked_add(LONGEST_LIFE);
        let stated = credentials.expires_at;
        credentials.expires_at = stated.map(|end| longest.map_or(end, |longest| longest.min(end)));
        Token {
            credentials,
            fetched_at: now,
        }
    }

    pub(crate) fn age(&self, now: SystemTime, margin: Margin) -> Age {
        let Some(end) = self.credentials.expires_at else {
            return Age::Dead;
        };
        let left = end.duration_since(now).unwrap_or_default();
        let life = end.duration_since(self.fetched_at).unwrap_or_default();
        // A clock that was set back has lost count of how old the token is.
        let is_counted = self.fetched_at <= now;
        match left {
            Duration::ZERO => Age::Dead,
            left if is_counted && left >= margin.of(life) => Age::Fresh,
            _ => Age::Waning,
        }
    }
}

/// The life of ECR's tokens.
pub(crate) const LONGEST_LIFE: Duration = Duration::from_secs(12 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Password;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
    }

    fn until(end: Option<SystemTime>) -> Token {
        let credentials = Credentials {
            username: "AWS".to_owned(),
            password: Password::new("p".to_owned()),
            expires_at: end,
            registry: "host".to_owned(),
        };
        Token::fetched(credentials, at(0))
    }

    fn age(token: &Token, seconds: u64) -> Age {
        token.age(at(seconds), Margin::default())
    }

    #[test]
    fn a_token_is_fresh_until_a_tenth_of_its_life_is_left() {
        let token = until(Some(at(12 * 3600)));
        assert_eq!(age(&token, 0), Age::Fresh);
        assert_eq!(age(&token, 12 * 3600 - 72 * 60), Age::Fresh);
        assert_eq!(age(&token, 12 * 3600 - 72 * 60 + 1), Age::Waning);
        assert_eq!(age(&token, 12 * 3600 - 1), Age::Waning);
        assert_eq!(age(&token, 12 * 3600), Age::Dead);
    }

    #[test]
    fn the_margin_is_five_minutes_at_least() {
        let token = until(Some(at(600)));
        assert_eq!(age(&token, 300), Age::Fresh);
        assert_eq!(age(&token, 301), Age::Waning);
        let short = until(Some(at(299)));
        assert_eq!(age(&short, 0), Age::Waning);
        assert_eq!(age(&short, 299), Age::Dead);
        let margin = Margin::at_least(Duration::from_secs(1));
        assert_eq!(token.age(at(540), margin), Age::Fresh);
        assert_eq!(token.age(at(541), margin), Age::Waning);
    }

    #[test]
    fn no_life_longer_than_twelve_hours_is_believed() {
        let token = until(Some(at(10 * 365 * 86400)));
        assert_eq!(token.credentials.expires_at, Some(at(12 * 3600)));
    }

    #[test]
    fn without_an_end_or_past_it_a_token_is_not_kept() {
        assert_eq!(age(&until(None), 0), Age::Dead);
        let past = until(Some(SystemTime::UNIX_EPOCH));
        assert_eq!(age(&past, 0), Age::Dead);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_token_fresh() {
        let token = until(Some(at(12 * 3600)));
        let before = SystemTime::UNIX_EPOCH + Duration::from_secs(999_999);
        assert_eq!(token.age(before, Margin::default()), Age::Waning);
    }
}
