//! Assertions about requests. A failed assertion prints the request log.

use std::sync::Arc;

use crate::request_log::received_request::ReceivedRequest;
use crate::request_log::requests::Requests;
use crate::request_log::table::RequestTable;
use crate::types::{PrincipalArn, Times};

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
    /// Panics if the assertion fails. The message contains the filters, and the request log as a table in which the
    /// selected requests are marked. The table explains rejected requests and faults, as
    /// [`ReceivedRequest::explanation`] does.
    #[track_caller]
    pub fn expect(self, times: impl Into<Times>) -> Self {
        let (times, count) = (times.into(), self.count());
        if !times.contains(count) {
            let described = self.filter.describe();
            let found = format!("expected {times} requests{described}, but found {count}");
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
            let described = self.filter.describe();
            let found =
                format!("expected {expected}, but {wrong} of {count} requests{described} differ");
            self.fail(&found, |entry| !is_expected(entry));
        }
        self
    }

    /// Panics with a message and the request log. Selected requests for which `is_failing` returns true are marked.
    #[track_caller]
    fn fail(&self, found: &str, is_failing: impl Fn(&ReceivedRequest) -> bool) -> ! {
        panic!("{found}{}", self.table(is_failing))
    }

    /// Returns the request log, in which the selected requests for which `is_marked` returns true are marked.
    pub(super) fn table<'a>(
        &'a self,
        is_marked: impl Fn(&ReceivedRequest) -> bool + 'a,
    ) -> RequestTable<'a> {
        let is_selected =
            |entry: &Arc<ReceivedRequest>| self.selected.iter().any(|one| Arc::ptr_eq(one, entry));
        let all = self.all.iter();
        let rows = all.map(|entry| (is_selected(entry) && is_marked(entry), &**entry));
        RequestTable::new(rows.collect(), self.forgotten())
    }
}
