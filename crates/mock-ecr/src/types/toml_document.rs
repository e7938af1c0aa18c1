//! TOML documents, and the positions of their keys and values.

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::types::input_tree::InputTree;

/// A TOML document.
#[derive(Debug)]
pub(crate) struct TomlDocument<'t>(Spanned<DeValue<'t>>);

impl<'t> TomlDocument<'t> {
    /// Parses a document.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not valid TOML.
    pub(crate) fn parse(text: &'t str) -> Result<Self, toml::de::Error> {
        let table = DeTable::parse(text)?;
        let span = table.span();
        let root = DeValue::Table(table.into_inner());
        Ok(TomlDocument(Spanned::new(span, root)))
    }

    /// Returns the values of the document. A date and time is a map with one private key, as the `toml` crate represents it.
    ///
    /// # Errors
    ///
    /// Returns an error if an integer has more than 64 bits.
    pub(crate) fn values(&self) -> Result<InputTree, toml::de::Error> {
        InputTree::deserialize(ValueDeserializer::from(self.0.clone()))
    }

    /// Returns the top of the document.
    pub(crate) fn root(&self) -> Entry<'_> {
        Entry {
            key: self.0.span().start,
            value: &self.0,
        }
    }
}

/// A value of a document, and its key if it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'d> {
    key: usize,
    value: &'d Spanned<DeValue<'d>>,
}

impl<'d> Entry<'d> {
    /// Returns the value of a key of a table.
    pub(crate) fn member(self, key: &str) -> Option<Self> {
        let (key, value) = self.value.get_ref().as_table()?.get_key_value(key)?;
        Some(Entry {
            key: key.span().start,
            value,
        })
    }

    /// Returns an element of an array.
    pub(crate) fn element(self, index: usize) -> Option<Self> {
        let value = self.value.get_ref().as_array()?.get(index)?;
        Some(Entry {
            key: value.span().start,
            value,
        })
    }

    /// Returns the offset in the text at which the key begins. A value without a key begins at the same offset.
    pub(crate) fn key_offset(self) -> usize {
        self.key
    }

    /// Returns the offset in the text at which the value begins.
    pub(crate) fn value_offset(self) -> usize {
        self.value.span().start
    }
}
