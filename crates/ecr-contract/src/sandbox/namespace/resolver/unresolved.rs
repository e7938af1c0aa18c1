//! The names that the name server of the sandbox did not resolve.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// At most [`MAX_NAMES`] names. Clones share the names.
#[derive(Clone, Debug, Default)]
pub(in crate::sandbox::namespace) struct UnresolvedNames(Arc<Mutex<BTreeSet<String>>>);

impl UnresolvedNames {
    /// Adds a name. If there are [`MAX_NAMES`], the name is discarded.
    pub(super) fn add(&self, name: &str) {
        let mut names = self.lock();
        if names.len() < MAX_NAMES {
            names.insert(name.to_ascii_lowercase());
        }
    }

    pub(in crate::sandbox::namespace) fn names(&self) -> BTreeSet<String> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The maximum number of names. A name has at most 255 bytes.
const MAX_NAMES: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_names_is_bounded() {
        let unresolved = UnresolvedNames::default();
        for index in 0..=MAX_NAMES {
            unresolved.add(&format!("{index}.example.com"));
        }
        unresolved.add("0.EXAMPLE.com");
        assert_eq!(unresolved.names().len(), MAX_NAMES);
    }
}
