//! The request log, and its limits.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::request_log::counts::{Count, Counts};
use crate::request_log::received_request::Exchange;

/// The latest exchanges: at most 10,000, and at most 16 MiB of them.
///
/// Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    pages: Mutex<Pages>,
    recorded: Notify,
}

#[derive(Debug, Default)]
struct Pages {
    exchanges: VecDeque<Arc<Exchange>>,
    size: usize,
    forgotten: u64,
    /// How many came before those that are here, since the mock started.
    passed: u64,
    counts: Counts,
}

/// What the journal has after a place in it.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) exchanges: Vec<Arc<Exchange>>,
    /// How many more there were, which it has forgotten.
    pub(crate) missed: u64,
    /// The place after the last of them.
    pub(crate) place: u64,
}

impl Journal {
    pub(crate) fn record(&self, exchange: Exchange) {
        tracing::debug!(
            method = exchange.method,
            target = exchange.target,
            operation = exchange.operation,
            status = exchange.status.as_u16(),
            error = exchange.error,
            "answered"
        );
        self.pages().append(exchange);
        self.0.recorded.notify_waiters();
    }

    /// The exchanges that are here, and how many were forgotten.
    pub(super) fn snapshot(&self) -> (Vec<Arc<Exchange>>, u64) {
        let pages = self.pages();
        let all = pages.exchanges.iter().cloned().collect();
        (all, pages.forgotten)
    }

    /// Where the next exchange will stand.
    pub(crate) fn place(&self) -> u64 {
        self.pages().end()
    }

    pub(crate) fn since(&self, place: u64) -> News {
        let pages = self.pages();
        let known = place.saturating_sub(pages.passed);
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        News {
            exchanges: pages.exchanges.iter().skip(known).cloned().collect(),
            missed: pages.passed.saturating_sub(place),
            place: pages.end(),
        }
    }

    /// Ends when an exchange is recorded after it was enabled, or first polled.
    pub(crate) fn next(&self) -> Notified<'_> {
        self.0.recorded.notified()
    }

    /// How often each kind of exchange came, those that are forgotten included.
    pub(crate) fn counts(&self) -> Vec<(Count, u64)> {
        self.pages().counts.sorted()
    }

    /// How many exchanges are here, how many bytes they take, and how many were forgotten.
    pub(crate) fn sizes(&self) -> (usize, usize, u64) {
        let pages = self.pages();
        (pages.exchanges.len(), pages.size, pages.forgotten)
    }

    /// Forgets the exchanges, but not how many there were.
    pub(crate) fn clear(&self) {
        let mut pages = self.pages();
        let passed = pages.end();
        let counts = std::mem::take(&mut pages.counts);
        *pages = Pages {
            passed,
            counts,
            ..Pages::default()
        };
    }

    /// Forgets how many there were, too; places go on, for those who read along.
    pub(crate) fn reset(&self) {
        self.clear();
        self.pages().counts = Counts::default();
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn append(&mut self, exchange: Exchange) {
        self.counts.add(&exchange);
        self.size += exchange.size();
        self.exchanges.push_back(Arc::new(exchange));
        while self.exchanges.len() > MOST_EXCHANGES || self.size > MOST_BYTES {
            let Some(oldest) = self.exchanges.pop_front() else {
                break;
            };
            self.size -= oldest.size();
            self.forgotten += 1;
            self.passed += 1;
        }
    }

    fn end(&self) -> u64 {
        self.passed + self.exchanges.len() as u64
    }
}

const MOST_EXCHANGES: usize = 10_000;
const MOST_BYTES: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request_log::received_request::tests::exchange;
    use crate::request_log::received_request::{LONGEST_INPUT, LONGEST_TEXT};

    #[test]
    fn the_oldest_are_forgotten_and_counted() {
        let journal = Journal::default();
        for index in 0..=MOST_EXCHANGES {
            journal.record(exchange(&format!("/{index}")));
        }
        let requests = journal.requests();
        assert_eq!(
            (requests.count(), requests.forgotten()),
            (MOST_EXCHANGES, 1)
        );
        assert_eq!(requests.iter().next().unwrap().target, "/1");
    }

    #[test]
    fn its_memory_is_bounded_whatever_clients_send() {
        let journal = Journal::default();
        for _ in 0..MOST_EXCHANGES {
            let mut exchange = exchange(&format!("/{}", "x".repeat(9000)));
            exchange.keep_input("é".repeat(9000).as_bytes());
            assert!(exchange.size() <= size_of::<Exchange>() + 4 * LONGEST_TEXT + LONGEST_INPUT);
            journal.record(exchange);
        }
        assert!(journal.sizes().1 <= MOST_BYTES);
        assert!(journal.requests().forgotten() > 0);
    }
}
