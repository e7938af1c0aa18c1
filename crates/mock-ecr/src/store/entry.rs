//! An entry of the listing of a folder.

use object_store::ObjectMeta;

/// The name and the size, in bytes, of an object in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) size: u64,
}

impl Entry {
    pub(super) fn of(object: &ObjectMeta) -> Option<Self> {
        Some(Entry {
            name: object.location.filename()?.to_owned(),
            size: object.size,
        })
    }
}
