//! The records of resource tags.

use serde::{Deserialize, Serialize};

use crate::store::{Generation, Snapshot, StoreError, Transaction, parse};

/// A resource tag: a key and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResourceTag {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl ResourceTag {
    pub(crate) fn of((key, value): (&String, &String)) -> Self {
        ResourceTag {
            key: key.clone(),
            value: value.clone(),
        }
    }
}

/// Adds resource tags, or replaces their values.
pub(super) fn put(records: &mut Transaction<'_>, generation: &Generation, tags: &[ResourceTag]) {
    for tag in tags {
        let key = generation.resource_tags().key(&tag.key);
        records.write(&key, tag);
    }
}

/// Returns the resource tags of a repository, ordered by key.
pub(super) fn all(
    view: &dyn Snapshot,
    generation: &Generation,
) -> Result<Vec<ResourceTag>, StoreError> {
    let records = view.page(&generation.resource_tags(), None, usize::MAX)?;
    let tags = records.iter().map(|(key, bytes)| parse(key, bytes));
    tags.collect()
}
