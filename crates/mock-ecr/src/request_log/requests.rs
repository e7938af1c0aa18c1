//! Requests, and the means to choose among them and to wait for more.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crate::aws::operation_name;
use crate::fault::FaultId;
use crate::iam::principal::Caller;
use crate::request_log::filter::RequestFilter;
use crate::request_log::log::RequestLog;
use crate::request_log::received_request::ReceivedRequest;
use crate::token::TokenId;
use crate::types::timestamp::Timestamp;
use crate::types::{PrincipalArn, Service};

/// Requests in the order in which they were answered, and the means to choose among them.
///
/// They are those that were there when [`MockEcr::requests`](crate::MockEcr::requests) was called; [`wait`](Requests::wait) alone looks again.
///
/// ```
/// # use mock_ecr::MockEcr;
/// # use mock_ecr::request_log::Service;
/// # async fn example(ecr: MockEcr) {
/// let refused = ecr.requests().service(Service::Registry).status(403).expect(1);
/// assert!(refused.iter().all(|entry| entry.token_error.is_some()));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Requests {
    request_log: RequestLog,
    filter: RequestFilter,
    /// All that there were, for an assertion to print.
    pub(super) all: Arc<[Arc<ReceivedRequest>]>,
    pub(super) selected: Vec<Arc<ReceivedRequest>>,
    forgotten: u64,
}

impl Requests {
    fn new(
        request_log: RequestLog,
        filter: RequestFilter,
        all: Vec<Arc<ReceivedRequest>>,
        forgotten: u64,
    ) -> Self {
        let matches = |entry: &&Arc<ReceivedRequest>| filter.matches(entry);
        Requests {
            selected: all.iter().filter(matches).cloned().collect(),
            all: all.into(),
            request_log,
            filter,
            forgotten,
        }
    }

    /// Those that called an operation of the API.
    ///
    /// # Panics
    ///
    /// When no operation has this name: a misspelled name would match no request, and `expect(0)` would pass.
    #[must_use]
    #[track_caller]
    pub fn operation(self, name: &str) -> Self {
        let name = match operation_name::known(name) {
            Ok(name) => name,
            Err(error) => panic!("{error}"),
        };
        self.matching(move |entry| entry.operation == Some(name))
    }

    /// Selects the requests to the API of one service.
    #[must_use]
    pub fn service(self, service: Service) -> Self {
        self.matching(move |entry| entry.service == service)
    }

    /// Those for something of the registry, such as `manifest`; see [`ReceivedRequest::route`].
    #[must_use]
    pub fn route(self, name: &str) -> Self {
        let name = name.to_owned();
        self.matching(move |entry| entry.route == Some(&name))
    }

    /// Those to a host, whatever the port and the case of its letters.
    #[must_use]
    pub fn host(self, name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        self.matching(move |entry| {
            let host = entry.host.to_ascii_lowercase();
            let without_port = host.rsplit_once(':').map(|(host, _)| host);
            host == name || without_port == Some(&name)
        })
    }

    /// Those answered with a status.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        self.matching(move |entry| entry.status == status)
    }

    /// Those answered with an error.
    #[must_use]
    pub fn error(self, code: &str) -> Self {
        let code = code.to_owned();
        self.matching(move |entry| entry.error == Some(&code))
    }

    /// Those that took the mock for a proxy to a host which it is not, and were refused: your client tried to reach `host`.
    #[must_use]
    pub fn unexpected_hosts(self) -> Self {
        self.error(ReceivedRequest::UNEXPECTED_HOST_ERROR)
    }

    /// Those of one caller.
    #[must_use]
    pub fn caller(self, arn: &PrincipalArn) -> Self {
        let arn = arn.clone();
        let is_caller = move |caller: &Caller| caller.arn() == &arn;
        self.matching(move |entry| entry.caller.as_ref().is_some_and(&is_caller))
    }

    /// Those that a fault shaped.
    #[must_use]
    pub fn fault(self, id: FaultId) -> Self {
        self.matching(move |entry| entry.faults.contains(&id))
    }

    /// Those that issued or showed one token.
    #[must_use]
    pub fn token(self, id: TokenId) -> Self {
        self.matching(move |entry| entry.token == Some(id))
    }

    /// Those received at an instant of the mock's clock, or later.
    #[must_use]
    pub fn since(self, instant: Timestamp) -> Self {
        self.matching(move |entry| entry.received >= instant)
    }

    /// Those that a closure chooses; [`wait`](Requests::wait) asks it again, so that it must own what it looks at.
    #[must_use]
    pub fn matching(
        mut self,
        choose: impl Fn(&ReceivedRequest) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.selected.retain(|entry| choose(entry));
        self.filter.and(choose);
        self
    }

    /// Waits until the request log has at least `count` requests so chosen, those of before included, for `within` of real time.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use mock_ecr::MockEcr;
    /// # async fn example(ecr: MockEcr) -> Result<(), Box<dyn std::error::Error>> {
    /// let calls = ecr.requests().operation("GetAuthorizationToken");
    /// let calls = calls.wait(2, Duration::from_secs(10)).await?;
    /// assert_eq!(calls.last().map(|call| call.status.as_u16()), Some(200));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When there are too few in time: those that there were then.
    pub async fn wait(self, count: usize, within: Duration) -> Result<Requests, WaitTimeout> {
        let Requests {
            request_log,
            filter,
            ..
        } = self;
        let enough = async {
            let mut cursor = request_log.cursor();
            let mut requests = request_log.selected(filter.clone());
            while requests.count() < count {
                let mut next = pin!(request_log.next());
                // What is recorded between the look and the wait must end the wait.
                next.as_mut().enable();
                let batch = request_log.since(cursor);
                cursor = batch.cursor;
                // The whole request log is looked at only when there is something to find.
                if batch.entries.iter().any(|entry| filter.matches(entry)) {
                    requests = request_log.selected(filter.clone());
                } else {
                    next.await;
                }
            }
            requests
        };
        let waited = tokio::time::timeout(within, enough).await;
        waited.map_err(|_| WaitTimeout {
            expected: count,
            within,
            found: request_log.selected(filter),
        })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.selected.len()
    }

    /// How many older ones the request log had to forget, whichever they were.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The requests, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &ReceivedRequest> + ExactSizeIterator {
        self.selected.iter().map(AsRef::as_ref)
    }

    /// The newest one.
    pub fn last(&self) -> Option<&ReceivedRequest> {
        self.iter().next_back()
    }
}

impl RequestLog {
    pub(crate) fn requests(&self) -> Requests {
        self.selected(RequestFilter::default())
    }

    pub(crate) fn selected(&self, filter: RequestFilter) -> Requests {
        let (all, forgotten) = self.snapshot();
        Requests::new(self.clone(), filter, all, forgotten)
    }
}

/// Fewer requests came in time than were waited for.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} of the {expected} requests that were waited for came within {within:?}", .found.count())]
#[non_exhaustive]
pub struct WaitTimeout {
    /// How many were waited for.
    pub expected: usize,
    /// How long they were waited for.
    pub within: Duration,
    /// Those that came.
    pub found: Requests,
}
