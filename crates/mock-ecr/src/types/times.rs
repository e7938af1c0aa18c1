//! Expected numbers.

use std::fmt;
use std::ops::{Bound, RangeBounds, RangeFrom, RangeInclusive, RangeToInclusive};

/// An expected number, for example of requests: a number such as `2`, or a range such as `1..=3`, `2..` or `..=5`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Times {
    min: usize,
    max: usize,
}

impl From<usize> for Times {
    fn from(times: usize) -> Self {
        Times::within(times..=times)
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(range: RangeInclusive<usize>) -> Self {
        Times::within(range)
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(range: RangeFrom<usize>) -> Self {
        Times::within(range)
    }
}

impl From<RangeToInclusive<usize>> for Times {
    fn from(range: RangeToInclusive<usize>) -> Self {
        Times::within(range)
    }
}

impl Times {
    fn within(range: impl RangeBounds<usize>) -> Self {
        let end = |bound, unbounded| match bound {
            Bound::Included(times) | Bound::Excluded(times) => times,
            Bound::Unbounded => unbounded,
        };
        Times {
            min: end(range.start_bound().cloned(), 0),
            max: end(range.end_bound().cloned(), usize::MAX),
        }
    }

    /// Returns whether a counter is expected.
    pub(crate) fn contains_count(self, count: u64) -> bool {
        self.contains(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Returns whether a number that is at most `most` can be expected. A range such as `3..=1` contains no number.
    pub(crate) fn is_possible_within(self, most: usize) -> bool {
        self.min <= self.max.min(most)
    }

    pub(crate) fn contains(self, count: usize) -> bool {
        (self.min..=self.max).contains(&count)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, max) if min == max => write!(f, "{min}"),
            (min, usize::MAX) => write!(f, "at least {min}"),
            (0, max) => write!(f, "at most {max}"),
            (min, max) => write!(f, "{min} to {max}"),
        }
    }
}

/// As `Display`.
impl fmt::Debug for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Times({self})")
    }
}
