//! A section of a profile file.

use serde_json::{Map, Value};

use crate::error::Error;

/// The settings of a section, in the order of the file: texts, and blocks of nested settings such as those of `s3 =`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Section(Map<String, Value>);

impl Section {
    pub(super) fn insert(&mut self, key: String, value: Value) {
        self.0.insert(key, value);
    }

    /// Replaces the settings that another section also has, and adds its others.
    pub(crate) fn update(&mut self, other: &Self) {
        for (key, value) in &other.0 {
            self.0.insert(key.clone(), value.clone());
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(crate) fn settings(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Returns the text of a setting.
    ///
    /// # Errors
    /// Returns an error if the setting is a block of nested settings. v1 fails too, with the error of the Python function that gets the block.
    pub(crate) fn text(&self, key: &str) -> Result<Option<&str>, Error> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Error::NestedSetting(key.to_owned())),
        }
    }
}
