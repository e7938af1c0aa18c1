//! How a store lists the objects of a folder.

use std::sync::Arc;

use crate::store::index::Index;

/// How a store lists the objects of a folder.
#[derive(Clone, Debug)]
pub(super) enum Listing {
    /// By an index, where nobody else writes.
    Indexed(Arc<Index>),
    /// In the order of their bytes, a page at a time.
    #[cfg_attr(
        not(feature = "s3"),
        expect(dead_code, reason = "only a bucket is listed in order")
    )]
    Ordered,
    /// In no order, all at once.
    Unordered,
}

impl Listing {
    /// Applies a change to the index, if there is one.
    pub(super) fn note(&self, change: impl FnOnce(&Index)) {
        if let Listing::Indexed(index) = self {
            change(index);
        }
    }
}
