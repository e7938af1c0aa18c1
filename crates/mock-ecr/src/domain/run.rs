//! Operations of several transactions, which a reset ends.

use crate::domain::error::RepositoryError;
use crate::domain::present::Present;
use crate::domain::repositories::Repositories;
use crate::store::{Key, Snapshot, StoreError, Transaction};
use crate::types::timestamp::Timestamp;

/// An operation of several transactions. Each of them checks [`is_obsolete`](Run::is_obsolete): the operation must not change the state after a reset
/// that has followed its beginning, also if another server of the store has carried it out.
#[derive(Clone, Debug)]
pub(super) struct Run {
    present: Present,
    /// The number of resets when the operation began.
    resets: u64,
}

impl Run {
    pub(super) fn now(&self) -> Timestamp {
        self.present.now()
    }

    /// Returns whether the repositories were reset or the clock was set back since the operation began.
    pub(super) fn is_obsolete(&self, view: &dyn Snapshot) -> Result<bool, StoreError> {
        Ok(self.present.is_set_back() || resets(view)? != self.resets)
    }
}

impl Repositories {
    /// Begins an operation at a time.
    pub(super) async fn begin_run(&self, now: Timestamp) -> Result<Run, RepositoryError> {
        let present = self.present(now);
        let resets = self.store.read(|view| resets(view)).await?;
        Ok(Run { present, resets })
    }
}

/// Counts a reset, in its transaction.
pub(super) fn count_reset(records: &mut Transaction<'_>) -> Result<(), StoreError> {
    let resets = resets(records.view())?;
    records.write(&Key::resets(), &(resets + 1));
    Ok(())
}

/// Returns the number of resets of the store.
fn resets(view: &dyn Snapshot) -> Result<u64, StoreError> {
    Ok(view.read(&Key::resets())?.unwrap_or_default())
}
