//! The names that AWS gives to requests.

use std::sync::{Mutex, PoisonError};

use rand::Rng as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sha2::{Digest as _, Sha256};

/// Draws request ids from a seed: the first request of a configuration has the same one on every machine.
#[derive(Debug)]
pub(crate) struct RequestIds(Mutex<ChaCha20Rng>);

impl RequestIds {
    pub(crate) fn from_seed(seed: &str) -> Self {
        let seed = Sha256::new_with_prefix(b"mock-ecr request id\n").chain_update(seed);
        RequestIds(Mutex::new(ChaCha20Rng::from_seed(seed.finalize().into())))
    }

    /// Begins anew.
    pub(crate) fn restart(&self, seed: &str) {
        let RequestIds(fresh) = RequestIds::from_seed(seed);
        let fresh = fresh.into_inner().unwrap_or_else(PoisonError::into_inner);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// A UUID of version 4, which is what ECR sends. Source: turbot/steampipe-plugin-aws#1938.
    pub(crate) fn next(&self) -> String {
        let mut bytes = [0; 16];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_uuids_of_version_4_that_follow_from_the_seed() {
        let ids = RequestIds::from_seed("a");
        let (first, second) = (ids.next(), ids.next());
        assert_ne!(first, second);
        assert_eq!(first, RequestIds::from_seed("a").next());
        assert_ne!(first, RequestIds::from_seed("b").next());
        ids.restart("a");
        assert_eq!(first, ids.next());
        let shape: String = first
            .chars()
            .map(|c| if c == '-' { '-' } else { 'x' })
            .collect();
        assert_eq!(shape, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
        assert_eq!(&first[14..15], "4");
        assert!("89ab".contains(&first[19..20]), "{first}");
    }
}
