//! Logs a warning for each unknown access key ID.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The unknown access key IDs for which a warning was logged.
#[derive(Debug, Default)]
pub(crate) struct UnknownKeys(Mutex<HashSet<String>>);

impl UnknownKeys {
    /// Logs a warning when the mock rejects a request with an unknown access key ID. The warning is logged once for each access key ID, and
    /// for at most [`MAX_KEYS`] access key IDs.
    pub(crate) fn warn(&self, access_key_id: &str) {
        if self.insert(access_key_id) {
            tracing::warn!(
                access_key_id,
                "no principal has this access key ID; `mock-ecr env` prints the keys of a principal, and a mock with `--auth lenient` accepts every key"
            );
        }
    }

    /// Inserts an access key ID, and returns whether it is new. If there are [`MAX_KEYS`], nothing is inserted.
    fn insert(&self, access_key_id: &str) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.len() < MAX_KEYS && known.insert(access_key_id.to_owned())
    }
}

/// The maximum number of access key IDs. It bounds the memory and the log.
const MAX_KEYS: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_access_key_id_is_new_once_until_there_are_too_many() {
        let keys = UnknownKeys::default();
        assert!(keys.insert("test"));
        assert!(!keys.insert("test"));
        for index in 1..MAX_KEYS {
            assert!(keys.insert(&index.to_string()));
        }
        assert!(!keys.insert("one more"));
    }
}
