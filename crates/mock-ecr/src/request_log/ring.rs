//! The latest requests of one part of the log.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use crate::request_log::received_request::ReceivedRequest;

/// The latest requests, up to a number and a total size. A request is identified by its number: the number of requests before it since the mock
/// started.
#[derive(Debug)]
pub(super) struct Ring {
    entries: VecDeque<Arc<ReceivedRequest>>,
    size: usize,
    forgotten: u64,
    /// The number of the first stored request.
    first: u64,
    /// The number of the next request when all requests were last removed.
    cleared: u64,
    max_requests: usize,
    max_bytes: usize,
}

/// Requests that follow a number.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Arc<ReceivedRequest>>,
    /// The number of requests after the number that were discarded.
    pub(crate) missed: u64,
    /// The number that follows the last request.
    pub(crate) next: u64,
}

impl Ring {
    pub(super) fn new(max_requests: usize, max_bytes: usize) -> Self {
        Ring {
            entries: VecDeque::new(),
            size: 0,
            forgotten: 0,
            first: 0,
            cleared: 0,
            max_requests,
            max_bytes,
        }
    }

    /// Appends a request, and returns its number.
    pub(super) fn append(&mut self, mut entry: ReceivedRequest) -> u64 {
        let number = self.next();
        entry.number = number;
        self.size += entry.size();
        self.entries.push_back(Arc::new(entry));
        while self.entries.len() > self.max_requests || self.size > self.max_bytes {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.size -= oldest.size();
            self.forgotten += 1;
            self.first += 1;
        }
        number
    }

    /// Returns the first requests from a number on, at most [`MAX_BATCH`]. The batch is empty only if there are none.
    pub(super) fn since(&self, number: u64) -> Batch {
        let known = number.saturating_sub(self.first);
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        let start = known.min(self.entries.len());
        let end = self.entries.len().min(start + MAX_BATCH);
        Batch {
            entries: self.entries.range(start..end).cloned().collect(),
            missed: self.first.saturating_sub(number),
            next: self.first + end as u64,
        }
    }

    /// Removes all requests. Their numbers are not used again, so open streams stay valid.
    pub(super) fn clear(&mut self) {
        *self = Ring {
            first: self.next(),
            cleared: self.next(),
            ..Ring::new(self.max_requests, self.max_bytes)
        };
    }

    pub(super) fn entries(&self) -> &VecDeque<Arc<ReceivedRequest>> {
        &self.entries
    }

    /// Returns the number of the first stored request, and that of the next one.
    pub(super) fn numbers(&self) -> Range<u64> {
        self.first..self.next()
    }

    /// Returns the number of the next request when all requests were last removed.
    pub(super) fn cleared(&self) -> u64 {
        self.cleared
    }

    /// Returns the number of the next request.
    pub(super) fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// Returns the size of the stored requests, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Returns the number of requests that were discarded because the limits were reached.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

/// A reader of the log stores only one batch in memory.
pub(super) const MAX_BATCH: usize = 32;
