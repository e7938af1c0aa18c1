//! The ways in which stores list the objects of a folder.

use std::sync::Arc;

use crate::store::index::Index;

/// How a store lists the objects of a folder.
#[derive(Clone, Debug)]
pub(super) enum Listing {
    /// From an index, for a store to which no other process writes.
    Indexed(Arc<Index>),
    /// In byte order, in pages.
    #[cfg_attr(
        not(feature = "s3"),
        expect(dead_code, reason = "only a bucket is listed in order")
    )]
    Ordered,
    /// In no particular order, all at once.
    Unordered,
}

impl Listing {
    /// Applies a change to the index, if there is one.
    pub(super) fn update_index(&self, change: impl FnOnce(&Index)) {
        if let Listing::Indexed(index) = self {
            change(index);
        }
    }
}
