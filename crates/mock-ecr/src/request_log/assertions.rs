//! Assertions about requests. A failed assertion prints the request log.

use std::fmt::{self, Write as _};
use std::ops::{Bound, RangeBounds, RangeFrom, RangeInclusive, RangeToInclusive};

use crate::request_log::received_request::ReceivedRequest;
use crate::request_log::requests::Requests;
use crate::types::PrincipalArn;

/// The expected number of requests: a number such as `2`, or a range such as `1..=3`, `2..` or `..=5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    fn contains(self, count: usize) -> bool {
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

/// Assertions about the selected requests.
impl Requests {
    /// Asserts that the number of selected requests is equal to `times`, or within `times` if it is a range.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # async fn example(ecr: MockEcr) {
    /// ecr.requests().operation("GetAuthorizationToken").expect(1..=3);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the assertion fails. The message contains the request log, one request per line, in which the selected
    /// requests are marked.
    #[track_caller]
    pub fn expect(self, times: impl Into<Times>) -> Self {
        let (times, count) = (times.into(), self.count());
        if !times.contains(count) {
            let found = format!("expected {times} matching requests, found {count}");
            self.fail(&found, |_| true);
        }
        self
    }

    /// Asserts that no selected request has an `Authorization` header. For example, this code asserts that the client
    /// sent no `Authorization` header when it downloaded layers from the URLs of redirects:
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # async fn example(ecr: MockEcr) {
    /// ecr.requests().route("layer").expect_no_authorization();
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if a selected request has the header. The message contains the request log, in which the requests with
    /// the header are marked.
    #[track_caller]
    pub fn expect_no_authorization(self) -> Self {
        self.expect_all("no Authorization header", |entry| !entry.authorization)
    }

    /// Asserts that every token in the selected requests to the registry was issued for this principal. Requests
    /// without a token are ignored.
    ///
    /// # Panics
    ///
    /// Panics if a selected request contains a token of another principal, or a password that is not a token. The
    /// message contains the request log, in which these requests are marked.
    #[track_caller]
    pub fn expect_tokens_of(self, principal: &PrincipalArn) -> Self {
        let expected = format!("only tokens issued to {principal}");
        self.expect_all(&expected, |entry| match &entry.bearer {
            Some(bearer) => bearer == principal,
            None => entry.token_error.is_none(),
        })
    }

    #[track_caller]
    fn expect_all(self, expected: &str, is_expected: impl Fn(&ReceivedRequest) -> bool) -> Self {
        let wrong = self.iter().filter(|entry| !is_expected(entry)).count();
        if wrong > 0 {
            let count = self.count();
            let found = format!("expected {expected}, but {wrong} of {count} requests differ");
            self.fail(&found, |entry| !is_expected(entry));
        }
        self
    }

    /// Panics with a message and the request log. Selected requests for which `is_failing` returns true are marked.
    #[track_caller]
    fn fail(&self, found: &str, is_failing: impl Fn(&ReceivedRequest) -> bool) -> ! {
        let mut text = format!("{found}; {}", self.heading());
        for entry in self.all.iter() {
            let is_marked = self
                .selected
                .iter()
                .any(|one| std::sync::Arc::ptr_eq(one, entry));
            let mark = if is_marked && is_failing(entry) {
                '>'
            } else {
                ' '
            };
            write!(text, "\n{mark} {entry}").expect("writing to a String does not fail");
        }
        panic!("{text}");
    }

    fn heading(&self) -> String {
        match (self.all.len(), self.forgotten()) {
            (0, 0) => "the request log is empty".to_owned(),
            (_, 0) => "the request log, oldest first:".to_owned(),
            (_, n) => format!("the request log, oldest first, without {n} discarded requests:"),
        }
    }
}
