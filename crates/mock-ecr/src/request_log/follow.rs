//! Follows the requests of clients and what happened between them, in one order.

use std::ops::Range;
use std::sync::Arc;

use crate::request_log::log::RequestLog;
use crate::request_log::marks::Mark;
use crate::request_log::received_request::ReceivedRequest;

/// The position of a reader: the numbers of the next request of a client and of the next mark.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    pub(crate) request: u64,
    mark: u64,
}

/// What follows a position.
#[derive(Debug)]
pub(crate) struct Followed {
    /// The number of requests before the first entry that were discarded because the log was full.
    pub(crate) missed: u64,
    /// The requests and marks, in order.
    pub(crate) entries: Vec<FollowedEntry>,
}

/// A request of a client, or a mark.
#[derive(Debug)]
pub(crate) enum FollowedEntry {
    Request(Arc<ReceivedRequest>),
    Mark(Mark),
}

impl RequestLog {
    /// Returns the numbers of the first stored request of a client and of the next one, and the position of a reader that begins with the request
    /// `after`, or with the next one. A number above that of the next request is that of an earlier process.
    pub(crate) fn follow(&self, after: Option<u64>) -> (Range<u64>, Cursor) {
        let contents = self.contents();
        let numbers = contents.clients.numbers();
        let cursor = Cursor {
            request: after.map_or(numbers.end, |after| after.min(numbers.end)),
            mark: contents.marks.next(),
        };
        (numbers, cursor)
    }

    /// Returns the requests and marks that follow a position, and sets the position after them. Entries that are recorded later follow them. Returns `None` if so many marks were discarded that the reader has to begin again.
    pub(crate) fn followed(&self, cursor: &mut Cursor) -> Option<Followed> {
        let contents = self.contents();
        // The removed requests are not missed: a mark contains that they were removed.
        let first = cursor.request.max(contents.clients.cleared());
        let batch = contents.clients.since(first);
        let marks = contents.marks.since(cursor.mark, batch.next)?;
        drop(contents);
        (cursor.request, cursor.mark) = (batch.next, marks.next);
        Some(Followed {
            missed: batch.missed,
            entries: merged(batch.entries, marks.marks),
        })
    }
}

/// Returns the requests and marks in one order: a mark is directly before the request whose number it contains.
fn merged(requests: Vec<Arc<ReceivedRequest>>, marks: Vec<Mark>) -> Vec<FollowedEntry> {
    let mut entries = Vec::with_capacity(requests.len() + marks.len());
    let mut marks = marks.into_iter().peekable();
    for request in requests {
        while let Some(mark) = marks.next_if(|mark| mark.before_request <= request.number) {
            entries.push(FollowedEntry::Mark(mark));
        }
        entries.push(FollowedEntry::Request(request));
    }
    entries.extend(marks.map(FollowedEntry::Mark));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::request_log::marks::MarkedEvent;
    use crate::request_log::received_request::tests::entry;

    fn is_cleared(mark: &Mark) -> bool {
        mark.event == MarkedEvent::Cleared
    }

    fn record(log: &RequestLog, count: usize) {
        for _ in 0..count {
            log.record(entry("/"));
        }
    }

    /// Returns the numbers of the requests, and the marks as letters with the number of the next request.
    fn names(followed: &Followed) -> Vec<String> {
        let name = |entry: &FollowedEntry| match entry {
            FollowedEntry::Request(request) => request.number.to_string(),
            FollowedEntry::Mark(mark) if is_cleared(mark) => format!("R{}", mark.before_request),
            FollowedEntry::Mark(mark) => format!("C{}", mark.before_request),
        };
        followed.entries.iter().map(name).collect()
    }

    #[test]
    fn marks_are_between_the_requests_and_each_is_returned_once() {
        let log = RequestLog::default();
        let (_, mut cursor) = log.follow(None);
        let changed = || log.record_clock(Clock::frozen().reading());
        record(&log, 2);
        changed();
        changed();
        record(&log, 31);
        changed();
        record(&log, 1);
        let first = names(&log.followed(&mut cursor).unwrap());
        assert_eq!(first.len(), 32 + 2);
        assert_eq!(first[..5], ["0", "1", "C2", "C2", "2"]);
        let second = names(&log.followed(&mut cursor).unwrap());
        assert_eq!(second, ["32", "C33", "33"]);
        assert!(log.followed(&mut cursor).unwrap().entries.is_empty());
    }

    #[test]
    fn removed_requests_are_not_missed() {
        let log = RequestLog::default();
        let (_, mut cursor) = log.follow(None);
        record(&log, 3);
        log.clear();
        record(&log, 1);
        let followed = log.followed(&mut cursor).unwrap();
        assert_eq!(
            (followed.missed, names(&followed)),
            (0, vec!["R3".into(), "3".into()])
        );
        log.reset();
        let followed = log.followed(&mut cursor).unwrap();
        assert_eq!(names(&followed), ["R4"]);
    }

    #[test]
    fn discarded_requests_are_missed() {
        let log = RequestLog::default();
        let (_, mut cursor) = log.follow(None);
        record(&log, 10_003);
        let followed = log.followed(&mut cursor).unwrap();
        assert_eq!((followed.missed, followed.entries.len()), (3, 32));
        assert_eq!(names(&followed)[0], "3");
    }

    #[test]
    fn a_reader_can_begin_at_a_stored_request_but_not_after_the_next_one() {
        let log = RequestLog::default();
        record(&log, 2);
        let (numbers, mut cursor) = log.follow(Some(1));
        assert_eq!(numbers, 0..2);
        assert_eq!(names(&log.followed(&mut cursor).unwrap()), ["1"]);
        let (_, mut cursor) = log.follow(Some(u64::MAX));
        record(&log, 1);
        assert_eq!(names(&log.followed(&mut cursor).unwrap()), ["2"]);
    }

    /// Requests, changes of the clock and removals by three threads, and a reader: the numbers have no gap that is neither missed nor removed.
    #[test]
    fn nothing_is_lost_in_any_order() {
        let log = RequestLog::default();
        let (_, mut cursor) = log.follow(None);
        let (mut expected, mut clocks, mut clears) = (0, 0, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| record(&log, 2_000));
            scope.spawn(|| (0..200).for_each(|_| log.record_clock(Clock::frozen().reading())));
            scope.spawn(|| (0..20).for_each(|_| assert!(log.clear() <= 2_000)));
            while (expected, clocks, clears) != (2_000, 200, 20) {
                let followed = log.followed(&mut cursor).unwrap();
                expected += followed.missed;
                for entry in followed.entries {
                    match entry {
                        FollowedEntry::Request(request) => {
                            assert!(request.number >= expected);
                            expected = request.number + 1;
                        }
                        FollowedEntry::Mark(mark) if is_cleared(&mark) => {
                            clears += 1;
                            expected = expected.max(mark.before_request);
                        }
                        FollowedEntry::Mark(_) => clocks += 1,
                    }
                }
            }
        });
    }
}
