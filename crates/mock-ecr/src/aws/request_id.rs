//! Generates request ids.

use std::sync::{Mutex, PoisonError};

use rand::Rng as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sha2::{Digest as _, Sha256};

/// A generator of request ids. The ids depend only on the seed, so the first request has the same id on every machine.
#[derive(Debug)]
pub(crate) struct RequestIds(Mutex<ChaCha20Rng>);

impl RequestIds {
    pub(crate) fn from_seed(seed: &str) -> Self {
        let seed = Sha256::new_with_prefix(b"mock-ecr request id\n").chain_update(seed);
        RequestIds(Mutex::new(ChaCha20Rng::from_seed(seed.finalize().into())))
    }

    /// Restarts the sequence of ids from a seed.
    pub(crate) fn restart(&self, seed: &str) {
        let RequestIds(restarted) = RequestIds::from_seed(seed);
        let restarted = restarted
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = restarted;
    }

    /// Returns the next id, a UUID of version 4, as in ECR. Source: turbot/steampipe-plugin-aws#1938.
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
    fn request_ids_are_uuids_of_version_4_and_depend_on_the_seed() {
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
