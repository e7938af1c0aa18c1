//! The imports that are in progress in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

type Lock = tokio::sync::Mutex<()>;

/// The imports that are in progress in this process. If several clients pull a missing image at the same time, one of them imports it.
#[derive(Debug, Default)]
pub(super) struct InFlight(Mutex<HashMap<String, Weak<Lock>>>);

impl InFlight {
    /// Waits until no other import of this image is in progress, and until the guard is dropped, lets others wait.
    pub(super) async fn begin(&self, image: &str) -> OwnedMutexGuard<()> {
        self.lock(image).lock_owned().await
    }

    fn lock(&self, image: &str) -> Arc<Lock> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        locks.retain(|_, lock| lock.strong_count() > 0);
        if let Some(lock) = locks.get(image).and_then(Weak::upgrade) {
            return lock;
        }
        let lock = Arc::default();
        locks.insert(image.to_owned(), Arc::downgrade(&lock));
        lock
    }
}
