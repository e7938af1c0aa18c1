//! Generates the ids of uploads.

use std::sync::OnceLock;

use crate::aws::request_id::RequestIds;

/// A generator of upload ids. The ids depend on the seed and on the number of the process among those that have written to the store, so
/// that no process repeats the ids of an earlier one.
#[derive(Debug)]
pub(crate) struct UploadIds {
    seed: String,
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
            let ids = RequestIds::from_seed(&seed);
            OfProcess { seed, ids }
        });
        of_process.ids.next()
    }

    /// Restarts the sequence of ids.
    pub(crate) fn restart(&self) {
        if let Some(of_process) = self.of_process.get() {
            of_process.ids.restart(&of_process.seed);
        }
    }
}

#[cfg(test)]
mod tests {
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
        ids.restart();
        assert_eq!(ids.next(0), first);
    }
}
