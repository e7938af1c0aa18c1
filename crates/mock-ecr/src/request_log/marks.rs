//! What happened between the requests of clients: changes of the clock, and removals of all requests.

use std::collections::VecDeque;

use crate::clock::ClockReading;

/// A change of the clock, or the removal of all requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The number of the next request of a client.
    pub(crate) before_request: u64,
    pub(crate) event: MarkedEvent,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkedEvent {
    /// A caller has changed the clock.
    Clock(ClockReading),
    /// All earlier requests were removed.
    Cleared,
}

/// The latest marks, at most [`MAX_MARKS`].
#[derive(Debug, Default)]
pub(super) struct Marks {
    marks: VecDeque<Mark>,
    /// The number of discarded marks.
    forgotten: u64,
}

/// The marks that follow a number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MarkBatch {
    pub(super) marks: Vec<Mark>,
    /// The number that follows the last mark.
    pub(super) next: u64,
}

impl Marks {
    pub(super) fn append(&mut self, mark: Mark) {
        self.marks.push_back(mark);
        if self.marks.len() > MAX_MARKS {
            self.marks.pop_front();
            self.forgotten += 1;
        }
    }

    /// Returns the number of the next mark.
    pub(super) fn next(&self) -> u64 {
        self.forgotten + self.marks.len() as u64
    }

    /// Returns the marks from a number on that are before the request `until` or directly before it. Returns `None` if a mark was discarded.
    pub(super) fn since(&self, number: u64, until: u64) -> Option<MarkBatch> {
        let start = usize::try_from(number.checked_sub(self.forgotten)?).ok()?;
        let marks: Vec<Mark> = self
            .marks
            .iter()
            .skip(start)
            .take_while(|mark| mark.before_request <= until)
            .copied()
            .collect();
        let next = number + marks.len() as u64;
        Some(MarkBatch { marks, next })
    }
}

const MAX_MARKS: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn cleared(before_request: u64) -> Mark {
        let event = MarkedEvent::Cleared;
        Mark {
            before_request,
            event,
        }
    }

    #[test]
    fn marks_of_later_requests_are_not_returned() {
        let mut marks = Marks::default();
        for before in [2, 2, 5] {
            marks.append(cleared(before));
        }
        let numbers = |number, until| {
            let batch = marks.since(number, until).unwrap();
            let requests = batch.marks.iter().map(|mark| mark.before_request);
            (requests.collect::<Vec<_>>(), batch.next)
        };
        assert_eq!(numbers(0, 1), (vec![], 0));
        assert_eq!(numbers(0, 4), (vec![2, 2], 2));
        assert_eq!(numbers(1, 5), (vec![2, 5], 3));
        assert_eq!(numbers(3, 5), (vec![], 3));
    }

    #[test]
    fn a_reader_finds_that_marks_were_discarded() {
        let mut marks = Marks::default();
        for before in 0..=MAX_MARKS as u64 {
            marks.append(cleared(before));
        }
        assert_eq!(marks.since(0, u64::MAX), None);
        let batch = marks.since(1, u64::MAX).unwrap();
        assert_eq!(batch.marks.len(), MAX_MARKS);
        assert_eq!(
            (batch.marks[0].before_request, batch.next),
            (1, marks.next())
        );
    }
}
