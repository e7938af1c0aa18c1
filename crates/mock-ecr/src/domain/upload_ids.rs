//! Generates the ids of uploads.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::aws::request_id::RequestIds;

/// A generator of upload ids. The ids depend on the seed, on the number of the process among those that have written to the store, and on
/// the number of resets, so that no id is used again: a client that continues an upload of an earlier process, or from before a reset, does not
/// find another client's upload.
#[derive(Debug)]
pub(crate) struct UploadIds {
    seed: String,
    resets: AtomicU64,
    of_process: OnceLock<OfProcess>,
}

#[derive(Debug)]
struct OfProcess {
    seed: String,
    ids: RequestIds,
}

impl UploadIds {
    pub(crate) fn from_seed(seed: &str) -> Self {
        UploadIds {
            seed: format!("{seed}\nuploads"),
            resets: AtomicU64::new(0),
            of_process: OnceLock::new(),
        }
    }

    /// Returns the next id of the process with this number.
    pub(crate) fn next(&self, process: u64) -> String {
        let of_process = self.of_process.get_or_init(|| {
            let seed = match process {
                0 => self.seed.clone(),
                _ => format!("{}\n{process}", self.seed),
            };
            let resets = self.resets.load(Ordering::SeqCst);
            let ids = RequestIds::from_seed(&after_resets(&seed, resets));
            OfProcess { seed, ids }
        });
        of_process.ids.next()
    }

    /// Begins the sequence of ids that follows another reset.
    pub(crate) fn reset(&self) {
        let resets = self.resets.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some(OfProcess { seed, ids }) = self.of_process.get() {
            ids.restart(&after_resets(seed, resets));
        }
    }
}

fn after_resets(seed: &str, resets: u64) -> String {
    match resets {
        0 => seed.to_owned(),
        _ => format!("{seed}\nreset {resets}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_ids_depend_on_the_seed_and_the_process() {
        let first = UploadIds::from_seed("a").next(0);
        assert_eq!(UploadIds::from_seed("a").next(0), first);
        assert_ne!(UploadIds::from_seed("a").next(1), first);
        assert_ne!(UploadIds::from_seed("b").next(0), first);
        let ids = UploadIds::from_seed("a");
        assert_eq!(ids.next(0), first);
        assert_ne!(ids.next(0), first);
    }

    #[test]
    fn a_reset_begins_another_sequence_that_is_the_same_for_the_same_seed() {
        let ids_of_resets = || {
            let ids = UploadIds::from_seed("a");
            let after_reset = |_| {
                let next = ids.next(0);
                ids.reset();
                next
            };
            (0..3).map(after_reset).collect::<Vec<_>>()
        };
        let distinct: BTreeSet<_> = ids_of_resets().into_iter().collect();
        assert_eq!(distinct.len(), 3);
        assert_eq!(ids_of_resets(), ids_of_resets());
        let reset_before_the_first = UploadIds::from_seed("a");
        reset_before_the_first.reset();
        assert_eq!(reset_before_the_first.next(0), ids_of_resets()[1]);
    }
}
