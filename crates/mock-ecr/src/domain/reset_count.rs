//! The number of resets of a store, which ends operations of several transactions.

use crate::store::{Key, Snapshot, StoreError, Transaction};

/// Counts a reset, in its transaction.
pub(super) fn increment(records: &mut Transaction<'_>) -> Result<(), StoreError> {
    let resets = read(records.view())?;
    records.write(&Key::resets(), &(resets + 1));
    Ok(())
}

/// Returns the number of resets of the store.
pub(super) fn read(view: &dyn Snapshot) -> Result<u64, StoreError> {
    Ok(view.read(&Key::resets())?.unwrap_or_default())
}
