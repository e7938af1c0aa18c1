//! An object in the listing of its folder.

use object_store::ObjectMeta;

/// What a folder says of an object in it.
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
