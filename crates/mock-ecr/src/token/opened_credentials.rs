//! Credentials that were decrypted before, so that a client that presents them again does not wait for the decryption.

use std::collections::{HashMap, VecDeque};

use crate::token::claims::Claims;
use crate::token::id::TokenId;

/// The latest authentic credentials, at most 1,024, with their claims and IDs. They say nothing about expiry, revocation or the principal.
#[derive(Default)]
pub(super) struct OpenedCredentials {
    opened: HashMap<Sample, Opened>,
    order: VecDeque<Sample>,
}

struct Opened {
    credentials: Box<str>,
    claims: Claims,
    id: TokenId,
}

impl OpenedCredentials {
    pub(super) fn get(&self, credentials: &str) -> Option<(Claims, TokenId)> {
        let opened = self.opened.get(&sample(credentials))?;
        let is_equal = *opened.credentials == *credentials;
        is_equal.then(|| (opened.claims.clone(), opened.id))
    }

    /// Adds authentic credentials, and removes the oldest if there are too many.
    pub(super) fn insert(&mut self, credentials: &str, (claims, id): (Claims, TokenId)) {
        if credentials.len() > MAX_LENGTH {
            return;
        }
        let opened = Opened {
            credentials: credentials.into(),
            claims,
            id,
        };
        let sample = sample(credentials);
        if self.opened.insert(sample, opened).is_none() {
            self.order.push_back(sample);
        }
        if self.order.len() > MAX_CREDENTIALS
            && let Some(oldest) = self.order.pop_front()
        {
            self.opened.remove(&oldest);
        }
    }
}

/// Bytes from the middle of credentials, where the payload is encrypted: two tokens have different ones. Hashing the whole text would take
/// longer than comparing it.
type Sample = [u8; 32];

fn sample(credentials: &str) -> Sample {
    let mut sample = [0; 32];
    let middle = credentials.len() / 2;
    let bytes = &credentials.as_bytes()[middle..];
    let length = bytes.len().min(sample.len());
    sample[..length].copy_from_slice(&bytes[..length]);
    sample
}

const MAX_CREDENTIALS: usize = 1024;

/// The length of the longest credentials that are kept. The default length of a token is 2,368.
const MAX_LENGTH: usize = 8192;

impl std::fmt::Debug for OpenedCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenedCredentials(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::token::TokenIssuer;
    use crate::types::timestamp::Timestamp;

    fn opened() -> (Claims, TokenId) {
        let config = Config::default();
        let claims = Claims::new(
            config.default_principal().arn,
            config.region.clone(),
            Timestamp::AWS_EXAMPLE,
            config.token_ttl,
        );
        let id = TokenIssuer::new(&config).issue(&claims).id();
        (claims, id)
    }

    #[test]
    fn the_latest_1024_credentials_are_kept() {
        let mut credentials = OpenedCredentials::default();
        let text = |number: usize| format!("{number:064}");
        for number in (0..=MAX_CREDENTIALS).flat_map(|number| [number, number]) {
            credentials.insert(&text(number), opened());
        }
        assert_eq!(credentials.get(&text(0)), None);
        assert_eq!(credentials.get(&text(1)), Some(opened()));
        assert_eq!(
            (credentials.opened.len(), credentials.order.len()),
            (MAX_CREDENTIALS, MAX_CREDENTIALS)
        );
    }

    #[test]
    fn credentials_with_the_same_middle_are_different() {
        let mut credentials = OpenedCredentials::default();
        let text = "a".repeat(200);
        credentials.insert(&text, opened());
        assert!(credentials.get(&text).is_some());
        for other in [format!("b{}", &text[1..]), format!("{}b", &text[1..])] {
            assert_eq!(credentials.get(&other), None);
        }
    }

    #[test]
    fn long_credentials_are_not_kept() {
        let mut credentials = OpenedCredentials::default();
        let text = "a".repeat(MAX_LENGTH + 1);
        credentials.insert(&text, opened());
        assert_eq!(credentials.get(&text), None);
    }
}
