//! Operations of several transactions, which a reset ends.

use crate::domain::error::RepositoryError;
use crate::domain::present::Present;
use crate::domain::repositories::Repositories;
use crate::domain::reset_count;
use crate::store::{Snapshot, StoreError};
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
        Ok(self.present.is_set_back() || reset_count::read(view)? != self.resets)
    }
}

impl Repositories {
    /// Begins an operation at a time.
    pub(super) async fn begin_run(&self, now: Timestamp) -> Result<Run, RepositoryError> {
        let present = self.present(now);
        let resets = self.store.read(|view| reset_count::read(view)).await?;
        Ok(Run { present, resets })
    }
}
