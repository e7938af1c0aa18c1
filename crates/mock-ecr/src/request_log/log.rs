//! Stores the latest requests in memory, within limits.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::clock::ClockReading;
use crate::request_log::counts::{Count, Counts};
use crate::request_log::marks::{Mark, MarkedEvent, Marks};
use crate::request_log::received_request::ReceivedRequest;
use crate::request_log::ring::{Batch, Ring};
use crate::types::Service;

/// The latest requests of clients, at most 10,000 with a total size of at most 16 MiB, and of the control API, at most 1,000 and 2 MiB. A test
/// that calls the control API often does not displace the requests of clients.
///
/// Clones share the requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestLog(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    contents: Mutex<Contents>,
    recorded: Notify,
}

#[derive(Debug)]
pub(super) struct Contents {
    pub(super) clients: Ring,
    control: Ring,
    pub(super) marks: Marks,
    /// The number of all requests, in whose order the two parts are merged.
    order: u64,
    counts: Counts,
}

/// A reference to a request log that does not keep the requests in memory.
#[derive(Clone, Debug)]
pub(crate) struct WeakRequestLog(Weak<Shared>);

impl WeakRequestLog {
    /// Returns the request log, if a mock still uses it.
    pub(crate) fn upgrade(&self) -> Option<RequestLog> {
        self.0.upgrade().map(RequestLog)
    }
}

/// A part of the log. Each part has its own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The requests to all services but the control API.
    Clients,
    Control,
}

/// The numbers of the next requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    pub(super) clients: u64,
    pub(super) control: u64,
}

/// All stored requests, in the order in which their responses were ready.
pub(super) struct Snapshot {
    pub(super) all: Vec<Arc<ReceivedRequest>>,
    /// The number of discarded requests of clients.
    pub(super) forgotten: u64,
    /// The number of the first stored request of a client, and that of the next one.
    pub(super) numbers: Range<u64>,
    pub(super) position: Position,
}

impl RequestLog {
    /// Records a request, and returns its number.
    pub(crate) fn record(&self, entry: ReceivedRequest) -> u64 {
        tracing::debug!(
            method = entry.method,
            target = entry.target,
            operation = entry.operation,
            status = entry.status.as_u16(),
            error = entry.error,
            "responded"
        );
        let number = self.contents().append(entry);
        self.0.recorded.notify_waiters();
        number
    }

    /// Returns all stored requests.
    pub(super) fn snapshot(&self) -> Snapshot {
        let contents = self.contents();
        let mut all: Vec<_> = contents.clients.entries().iter().cloned().collect();
        all.extend(contents.control.entries().iter().cloned());
        // Both parts are in order, so this takes a time that is proportional to their number.
        all.sort_by_key(|entry| entry.order);
        Snapshot {
            all,
            forgotten: contents.clients.forgotten(),
            numbers: contents.clients.numbers(),
            position: Position {
                clients: contents.clients.next(),
                control: contents.control.next(),
            },
        }
    }

    /// Returns the number of the first stored request, and that of the next one.
    pub(crate) fn numbers(&self, part: Part) -> Range<u64> {
        self.contents().part(part).numbers()
    }

    /// Returns the first requests from a number on.
    pub(crate) fn since(&self, part: Part, number: u64) -> Batch {
        self.contents().part(part).since(number)
    }

    /// Returns a future that completes when a request is recorded, the clock is changed or the requests are removed after the future was enabled or first polled.
    pub(crate) fn next(&self) -> Notified<'_> {
        self.0.recorded.notified()
    }

    /// Returns the counters of all requests, including discarded ones.
    pub(crate) fn counts(&self) -> Vec<(Count, u64)> {
        self.contents().counts.sorted()
    }

    /// Returns the number of stored requests of clients, their size in bytes, and the number of discarded ones.
    pub(crate) fn sizes(&self) -> (usize, usize, u64) {
        let Contents { clients, .. } = &*self.contents();
        (clients.entries().len(), clients.size(), clients.forgotten())
    }

    /// Removes all requests. The counters are kept. Returns the number of removed requests of clients.
    pub(crate) fn clear(&self) -> usize {
        let mut contents = self.contents();
        let cleared = contents.clients.entries().len();
        contents.clients.clear();
        contents.control.clear();
        contents.mark(MarkedEvent::Cleared);
        drop(contents);
        self.0.recorded.notify_waiters();
        cleared
    }

    /// Records a change of the clock.
    pub(crate) fn record_clock(&self, reading: ClockReading) {
        self.contents().mark(MarkedEvent::Clock(reading));
        self.0.recorded.notify_waiters();
    }

    /// Returns a reference that does not keep the requests in memory.
    pub(crate) fn downgrade(&self) -> WeakRequestLog {
        WeakRequestLog(Arc::downgrade(&self.0))
    }

    /// Removes all requests and the counters.
    pub(crate) fn reset(&self) {
        self.clear();
        self.contents().counts = Counts::default();
    }

    pub(super) fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0
            .contents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    fn append(&mut self, mut entry: ReceivedRequest) -> u64 {
        self.counts.add(&entry);
        entry.order = self.order;
        self.order += 1;
        match Part::of(entry.service) {
            Part::Clients => self.clients.append(entry),
            Part::Control => self.control.append(entry),
        }
    }

    fn mark(&mut self, event: MarkedEvent) {
        let before_request = self.clients.next();
        self.marks.append(Mark {
            before_request,
            event,
        });
    }

    fn part(&self, part: Part) -> &Ring {
        match part {
            Part::Clients => &self.clients,
            Part::Control => &self.control,
        }
    }
}

impl Default for Contents {
    fn default() -> Self {
        Contents {
            clients: Ring::new(MAX_REQUESTS, MAX_BYTES),
            control: Ring::new(MAX_CONTROL_REQUESTS, MAX_CONTROL_BYTES),
            marks: Marks::default(),
            order: 0,
            counts: Counts::default(),
        }
    }
}

impl Part {
    pub(crate) fn of(service: Service) -> Self {
        match service {
            Service::Control => Part::Control,
            _ => Part::Clients,
        }
    }
}

/// The maximum number of stored requests of clients.
pub(crate) const MAX_REQUESTS: usize = 10_000;
const MAX_BYTES: usize = 16 << 20;
const MAX_CONTROL_REQUESTS: usize = 1_000;
const MAX_CONTROL_BYTES: usize = 2 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request_log::received_request::MAX_INPUT_SIZE;
    use crate::request_log::received_request::tests::{entry, redactor};
    use crate::request_log::redaction::MAX_TEXT_SIZE;
    use crate::request_log::ring::MAX_BATCH;

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
        let since = |number| request_log.since(Part::Clients, number);
        let first = since(2);
        assert_eq!((first.missed, first.next), (3, 5 + MAX_BATCH as u64));
        assert_eq!(first.entries[0].target, "/5");
        let mut number = first.next;
        let mut found = first.entries.len();
        loop {
            let batch = since(number);
            assert_eq!(batch.missed, 0);
            if batch.entries.is_empty() {
                break;
            }
            assert_eq!(batch.entries[0].target, format!("/{number}"));
            assert_eq!(batch.entries[0].number, number);
            (number, found) = (batch.next, found + batch.entries.len());
        }
        let end = request_log.numbers(Part::Clients).end;
        assert_eq!((number, found), (end, MAX_REQUESTS));
    }

    #[test]
    fn control_requests_have_limits_and_numbers_of_their_own() {
        let request_log = RequestLog::default();
        let mut control = entry("/_mock/clock");
        control.service = Service::Control;
        request_log.record(entry("/first"));
        for _ in 0..=MAX_CONTROL_REQUESTS {
            request_log.record(control.clone());
        }
        request_log.record(entry("/second"));
        assert_eq!(request_log.numbers(Part::Clients), 0..2);
        let controls = MAX_CONTROL_REQUESTS as u64;
        assert_eq!(request_log.numbers(Part::Control), 1..controls + 1);
        let requests = request_log.requests();
        assert_eq!(requests.count(), MAX_CONTROL_REQUESTS + 2);
        assert_eq!(requests.forgotten(), 0);
        let targets: Vec<_> = requests.iter().map(|entry| entry.target.as_str()).collect();
        assert_eq!((targets[0], targets[1]), ("/first", "/_mock/clock"));
        assert_eq!(targets.last(), Some(&"/second"));
        assert_eq!(request_log.clear(), 2);
        assert_eq!(request_log.numbers(Part::Clients), 2..2);
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
