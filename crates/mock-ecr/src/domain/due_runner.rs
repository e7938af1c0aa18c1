//! Lets one request of a process carry out due work at a time.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};

/// The work that a request of this process carries out.
///
/// The requests that wait for the work share its future, and each of them drives it. With a lock, a request that a client in this process does not
/// poll any more would stop all others. The store is not kept open: if all these requests are dropped, so is the future.
#[derive(Default)]
pub(super) struct DueRunner(Mutex<Option<WeakShared<Running>>>);

/// Returns whether the work was done.
type Running = BoxFuture<'static, bool>;

impl DueRunner {
    /// Returns the work that is being carried out, or the one that `begin` returns.
    pub(super) fn join(&self, begin: impl FnOnce() -> Running) -> Shared<Running> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let running = current.as_ref().and_then(WeakShared::upgrade);
        if let Some(running) = running.filter(|running| running.peek().is_none()) {
            return running;
        }
        let begun = begin().shared();
        *current = begun.downgrade();
        begun
    }
}

impl fmt::Debug for DueRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DueRunner").finish_non_exhaustive()
    }
}
