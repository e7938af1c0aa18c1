//! The initial settings of registries as records, and where the settings of registries are read.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::{Key, Snapshot, StoreError, Transaction, parse};

/// The settings of registries in the configuration of a mock. They are stored at the start of the mock and at a reset.
#[derive(Clone, Debug, Default)]
pub(crate) struct InitialSettings(BTreeMap<Key, Bytes>);

impl InitialSettings {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn put(&mut self, key: Key, value: impl Into<Bytes>) {
        self.0.insert(key, value.into());
    }

    /// Adds the JSON of a value.
    pub(super) fn write(&mut self, key: Key, value: &impl Serialize) {
        let json = serde_json::to_vec(value);
        self.put(key, json.expect("records consist of strings and numbers"));
    }

    fn read<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let bytes = self.0.get(key);
        bytes.map(|bytes| parse(key, bytes)).transpose()
    }

    /// Stores the settings.
    fn insert(&self, records: &mut Transaction<'_>) {
        for (key, value) in &self.0 {
            records.put(key, value.clone());
        }
    }

    /// Stores the settings that do not exist.
    pub(super) fn insert_missing(&self, records: &mut Transaction<'_>) -> Result<(), StoreError> {
        for (key, value) in &self.0 {
            if !records.view().contains(key)? {
                records.put(key, value.clone());
            }
        }
        Ok(())
    }
}

/// Where the settings of registries are read.
#[derive(Clone, Debug)]
pub(super) enum RegistrySettings {
    Stored,
    /// A reset creates the repositories of the initial state before it replaces the stored settings by these.
    Initial(Arc<InitialSettings>),
}

impl RegistrySettings {
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        view: &dyn Snapshot,
        key: &Key,
    ) -> Result<Option<T>, StoreError> {
        match self {
            RegistrySettings::Stored => view.read(key),
            RegistrySettings::Initial(settings) => settings.read(key),
        }
    }

    /// Stores the initial settings after all settings were removed.
    pub(super) fn insert(&self, records: &mut Transaction<'_>) {
        if let RegistrySettings::Initial(settings) = self {
            settings.insert(records);
        }
    }
}
