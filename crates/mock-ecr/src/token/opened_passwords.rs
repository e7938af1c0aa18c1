//! Passwords that were decrypted before, so that a client that presents one again does not wait for the decryption.

use std::collections::{HashMap, VecDeque};

use sha2::{Digest as _, Sha256};

use crate::token::claims::Claims;
use crate::token::id::TokenId;

/// The claims and the IDs of the latest authentic passwords, at most 1,024. They say nothing about expiry, revocation or the principal.
#[derive(Debug, Default)]
pub(super) struct OpenedPasswords {
    opened: HashMap<Fingerprint, (Claims, TokenId)>,
    order: VecDeque<Fingerprint>,
}

/// The digest of a password. Two passwords with the same digest are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(super) fn of(password: &str) -> Self {
        Fingerprint(Sha256::digest(password).into())
    }
}

impl OpenedPasswords {
    pub(super) fn get(&self, password: Fingerprint) -> Option<(Claims, TokenId)> {
        self.opened.get(&password).cloned()
    }

    /// Adds an authentic password, and removes the oldest if there are too many.
    pub(super) fn insert(&mut self, password: Fingerprint, opened: (Claims, TokenId)) {
        if self.opened.insert(password, opened).is_none() {
            self.order.push_back(password);
        }
        if self.order.len() > MAX_PASSWORDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.opened.remove(&oldest);
        }
    }
}

const MAX_PASSWORDS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::token::TokenIssuer;
    use crate::types::timestamp::Timestamp;

    #[test]
    fn the_latest_1024_passwords_are_kept() {
        let config = Config::default();
        let claims = Claims::new(
            config.default_principal().arn,
            config.region.clone(),
            Timestamp::AWS_EXAMPLE,
            config.token_ttl,
        );
        let id = TokenIssuer::new(&config).issue(&claims).id();
        let mut passwords = OpenedPasswords::default();
        let fingerprint = |number: usize| Fingerprint::of(&number.to_string());
        for number in (0..=MAX_PASSWORDS).flat_map(|number| [number, number]) {
            passwords.insert(fingerprint(number), (claims.clone(), id));
        }
        assert_eq!(passwords.get(fingerprint(0)), None);
        assert_eq!(passwords.get(fingerprint(1)), Some((claims, id)));
        assert_eq!(
            (passwords.opened.len(), passwords.order.len()),
            (MAX_PASSWORDS, MAX_PASSWORDS)
        );
    }
}
