//! Checks that the keys of the elements of a list are unique.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use crate::config::configuration::Config;
use crate::config::conflict::{Conflict, Step};
use crate::types::{AccountId, Region};

/// The keys of the elements of a list, with their indexes.
pub(super) struct Unique<K>(HashMap<K, usize>);

impl<K: Eq + Hash> Unique<K> {
    pub(super) fn new() -> Self {
        Unique(HashMap::new())
    }

    /// Adds the key of an element. `at` returns the path of an element, and `expected` describes a valid element.
    ///
    /// # Errors
    ///
    /// Returns a conflict if an earlier element has the same key.
    pub(super) fn add(
        &mut self,
        (key, found): (K, &impl ToString),
        index: usize,
        at: impl Fn(usize) -> Vec<Step>,
        expected: &'static str,
    ) -> Result<(), Conflict> {
        match self.0.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(index);
                Ok(())
            }
            Entry::Occupied(entry) => {
                let conflict = Conflict::new(at(index), found, expected);
                Err(conflict.repeats(at(*entry.get())))
            }
        }
    }
}

/// The registries of a list with at most one element for each registry.
pub(super) type UniqueRegistries = Unique<(AccountId, Region)>;

impl Config {
    /// Checks the Region of an element of a list with at most one element for each registry, and that the list has no other element for its registry.
    pub(super) fn check_registry(
        &self,
        registries: &mut UniqueRegistries,
        (list, index): (&'static str, usize),
        account: Option<AccountId>,
        region: Option<&Region>,
    ) -> Result<(), Conflict> {
        if let Some(region) = region {
            self.check_region(region, || vec![list.into(), index.into(), "region".into()])?;
        }
        let account = account.unwrap_or(self.default_account());
        let region = region.unwrap_or(&self.region).clone();
        let found = format!("{account} in {region}");
        let at = |index: usize| vec![list.into(), index.into()];
        let expected = "a registry that is listed once";
        registries.add(((account, region), &found), index, at, expected)
    }
}
