//! Stores the latest requests in memory, within limits.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::request_log::counts::{Count, Counts};
use crate::request_log::filter::RequestFilter;
use crate::request_log::received_request::ReceivedRequest;

/// The latest requests: at most 10,000, with a total size of at most 16 MiB.
///
/// Clones share the requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestLog(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    contents: Mutex<Contents>,
    recorded: Notify,
}

#[derive(Debug, Default)]
struct Contents {
    entries: VecDeque<Arc<ReceivedRequest>>,
    size: usize,
    forgotten: u64,
    /// The number of requests before the first stored one, since the mock started.
    offset: u64,
    counts: Counts,
}

/// Requests after a position of the request log.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Arc<ReceivedRequest>>,
    /// The number of requests after the position that were discarded.
    pub(crate) missed: u64,
    /// The position after the last request.
    pub(crate) cursor: u64,
}

impl Batch {
    /// Returns the number of requests that match.
    pub(super) fn count(&self, filter: &RequestFilter) -> usize {
        let matching = self.entries.iter().filter(|entry| filter.matches(entry));
        matching.count()
    }
}

impl RequestLog {
    pub(crate) fn record(&self, entry: ReceivedRequest) {
        tracing::debug!(
            method = entry.method,
            target = entry.target,
            operation = entry.operation,
            status = entry.status.as_u16(),
            error = entry.error,
            "responded"
        );
        self.contents().append(entry);
        self.0.recorded.notify_waiters();
    }

    /// Returns the stored requests, the number of discarded requests, and the position of the next request.
    pub(super) fn snapshot(&self) -> (Vec<Arc<ReceivedRequest>>, u64, u64) {
        let contents = self.contents();
        let all = contents.entries.iter().cloned().collect();
        (all, contents.forgotten, contents.end())
    }

    /// Returns the position of the next request.
    pub(crate) fn cursor(&self) -> u64 {
        self.contents().end()
    }

    /// Returns the first requests after a position, at most [`MAX_BATCH`]. The batch is empty only if there are none.
    pub(crate) fn since(&self, cursor: u64) -> Batch {
        let contents = self.contents();
        let known = cursor.saturating_sub(contents.offset);
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        let start = known.min(contents.entries.len());
        let end = contents.entries.len().min(start + MAX_BATCH);
        Batch {
            entries: contents.entries.range(start..end).cloned().collect(),
            missed: contents.offset.saturating_sub(cursor),
            cursor: contents.offset + end as u64,
        }
    }

    /// Returns the position of the first stored request.
    pub(super) fn start(&self) -> u64 {
        self.contents().offset
    }

    /// Returns a future that completes when a request is recorded after the future was enabled or first polled.
    pub(crate) fn next(&self) -> Notified<'_> {
        self.0.recorded.notified()
    }

    /// Returns the counters of all requests, including discarded ones.
    pub(crate) fn counts(&self) -> Vec<(Count, u64)> {
        self.contents().counts.sorted()
    }

    /// Returns the number of stored requests, their size in bytes, and the number of discarded requests.
    pub(crate) fn sizes(&self) -> (usize, usize, u64) {
        let contents = self.contents();
        (contents.entries.len(), contents.size, contents.forgotten)
    }

    /// Removes all requests. The counters are kept.
    pub(crate) fn clear(&self) {
        let mut contents = self.contents();
        let offset = contents.end();
        let counts = std::mem::take(&mut contents.counts);
        *contents = Contents {
            offset,
            counts,
            ..Contents::default()
        };
    }

    /// Removes all requests and the counters. Positions are not reset, so open streams stay valid.
    pub(crate) fn reset(&self) {
        self.clear();
        self.contents().counts = Counts::default();
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0
            .contents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    fn append(&mut self, entry: ReceivedRequest) {
        self.counts.add(&entry);
        self.size += entry.size();
        self.entries.push_back(Arc::new(entry));
        while self.entries.len() > MAX_REQUESTS || self.size > MAX_BYTES {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.size -= oldest.size();
            self.forgotten += 1;
            self.offset += 1;
        }
    }

    fn end(&self) -> u64 {
        self.offset + self.entries.len() as u64
    }
}

/// A reader of the request log stores only one batch in memory.
const MAX_BATCH: usize = 32;
const MAX_REQUESTS: usize = 10_000;
const MAX_BYTES: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request_log::received_request::tests::{entry, redactor};
    use crate::request_log::received_request::{MAX_INPUT_SIZE, MAX_TEXT_SIZE};

    #[test]
    fn the_oldest_requests_are_discarded_and_counted() {
        let request_log = RequestLog::default();
        for index in 0..=MAX_REQUESTS {
            request_log.record(entry(&format!("/{index}")));
        }
        let requests = request_log.requests();
        assert_eq!((requests.count(), requests.forgotten()), (MAX_REQUESTS, 1));
        assert_eq!(requests.iter().next().unwrap().target, "/1");
    }

    #[test]
    fn a_position_is_followed_by_batches_of_all_later_requests() {
        let request_log = RequestLog::default();
        for index in 0..MAX_REQUESTS + 5 {
            request_log.record(entry(&format!("/{index}")));
        }
        let first = request_log.since(2);
        assert_eq!((first.missed, first.cursor), (3, 5 + MAX_BATCH as u64));
        assert_eq!(first.entries[0].target, "/5");
        let mut cursor = first.cursor;
        let mut found = first.entries.len();
        loop {
            let batch = request_log.since(cursor);
            assert_eq!(batch.missed, 0);
            if batch.entries.is_empty() {
                break;
            }
            assert_eq!(batch.entries[0].target, format!("/{cursor}"));
            (cursor, found) = (batch.cursor, found + batch.entries.len());
        }
        assert_eq!((cursor, found), (request_log.cursor(), MAX_REQUESTS));
    }

    #[test]
    fn the_faults_of_a_request_are_part_of_its_size() {
        let mut with_faults = entry("/");
        let without = with_faults.size();
        with_faults.faults = (0..1000).map(crate::fault::FaultId).collect();
        let faults = size_of_val(&with_faults.faults[..]);
        assert_eq!(with_faults.size(), without + faults);
    }

    #[test]
    fn the_request_log_never_exceeds_its_limits() {
        let request_log = RequestLog::default();
        let mut entry = entry(&format!("/{}", "x".repeat(9000)));
        entry.record_input("é".repeat(9000).as_bytes(), &redactor());
        assert!(entry.size() <= size_of::<ReceivedRequest>() + 4 * MAX_TEXT_SIZE + MAX_INPUT_SIZE);
        for _ in 0..MAX_REQUESTS {
            request_log.record(entry.clone());
        }
        assert!(request_log.sizes().1 <= MAX_BYTES);
        assert!(request_log.requests().forgotten() > 0);
    }
}
