//! Selects requests of the request log, and waits for more.

use std::fmt;
use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crate::aws::operation_name;
use crate::fault::{Evidence, FaultId};
use crate::iam::principal::Caller;
use crate::request_log::filter::RequestFilter;
use crate::request_log::log::{Part, Position, RequestLog, Snapshot};
use crate::request_log::misspelled::Misspelled;
use crate::request_log::received_request::ReceivedRequest;
use crate::request_log::response_status::ResponseStatus;
use crate::request_log::ring::Batch;
use crate::token::TokenId;
use crate::types::timestamp::Timestamp;
use crate::types::{PrincipalArn, Service};

/// A selection of requests, in the order in which their responses were ready.
///
/// The selection contains requests that were recorded before [`MockEcr::requests`](crate::MockEcr::requests) was
/// called. Only [`wait`](Requests::wait) reads the request log again.
///
/// ```
/// # use mock_ecr::MockEcr;
/// # use mock_ecr::request_log::Service;
/// # async fn example(ecr: MockEcr) {
/// let rejected = ecr.requests().service(Service::Registry).status(403).expect(1);
/// assert!(rejected.iter().all(|entry| entry.token_error.is_some()));
/// # }
/// ```
#[derive(Clone)]
pub struct Requests {
    request_log: RequestLog,
    pub(super) filter: RequestFilter,
    /// All requests of the log, which a failed assertion prints.
    pub(super) all: Arc<[Arc<ReceivedRequest>]>,
    pub(super) selected: Vec<Arc<ReceivedRequest>>,
    forgotten: u64,
    numbers: Range<u64>,
}

impl Requests {
    fn new(request_log: RequestLog, filter: RequestFilter, snapshot: Snapshot) -> Self {
        let Snapshot {
            all,
            forgotten,
            numbers,
            ..
        } = snapshot;
        let matches = |entry: &&Arc<ReceivedRequest>| filter.matches(entry);
        Requests {
            selected: all.iter().filter(matches).cloned().collect(),
            all: all.into(),
            request_log,
            filter,
            forgotten,
            numbers,
        }
    }

    /// Selects the calls of an API operation.
    ///
    /// # Panics
    ///
    /// Panics if the operation is unknown. Otherwise a misspelled name would match no request, and `expect(0)` would
    /// succeed.
    #[must_use]
    #[track_caller]
    pub fn operation(self, name: &str) -> Self {
        let name = match operation_name::known(name) {
            Ok(name) => name,
            Err(error) => panic!("{error}"),
        };
        self.described(format!("operation {name}"), move |entry| {
            entry.operation == Some(name)
        })
    }

    /// Selects the requests to one service, such as [`Service::Registry`].
    #[must_use]
    pub fn service(self, service: Service) -> Self {
        self.described(format!("service {service}"), move |entry| {
            entry.service == service
        })
    }

    /// Selects the requests to a route, such as `manifest`. See [`ReceivedRequest::route`] for the names.
    ///
    /// # Panics
    ///
    /// Panics if the name differs in one or two letters from a route of the registry. Otherwise a misspelled name would
    /// match no request, and `expect(0)` would succeed.
    #[must_use]
    #[track_caller]
    pub fn route(self, name: &str) -> Self {
        if let Err(error) = Misspelled::check_route(name) {
            panic!("{error}");
        }
        let name = name.to_owned();
        self.described(format!("route {name}"), move |entry| {
            entry.route == Some(&name)
        })
    }

    /// Selects the requests to a host name. The port and ASCII case are ignored.
    #[must_use]
    pub fn host(self, name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        self.described(format!("host {name}"), move |entry| {
            let host = entry.host.to_ascii_lowercase();
            let without_port = host.rsplit_once(':').map(|(host, _)| host);
            host == name || without_port == Some(&name)
        })
    }

    /// Selects the requests with this response status.
    ///
    /// # Panics
    ///
    /// Panics if the status is not between 100 and 599, the range of RFC 9110. Otherwise it would match no request, and `expect(0)` would succeed.
    #[must_use]
    #[track_caller]
    pub fn status(self, status: u16) -> Self {
        let status = match ResponseStatus::try_from(status) {
            Ok(status) => status.get(),
            Err(error) => panic!("{error}"),
        };
        self.described(format!("status {status}"), move |entry| {
            entry.status == status
        })
    }

    /// Selects the requests with this error code in the response. See [`ReceivedRequest::error`].
    ///
    /// # Panics
    ///
    /// Panics if the code differs in one or two letters from an [`ErrorCode`](crate::fault::ErrorCode). Otherwise a misspelled code would match no
    /// request, and `expect(0)` would succeed.
    #[must_use]
    #[track_caller]
    pub fn error(self, code: &str) -> Self {
        if let Err(error) = Misspelled::check_error_code(code) {
            panic!("{error}");
        }
        let code = code.to_owned();
        self.described(format!("error {code}"), move |entry| {
            entry.error == Some(&code)
        })
    }

    /// Selects the proxy requests to hosts that the mock does not serve. The mock rejected these requests. A test can
    /// check that the client sent no request to an unexpected host.
    #[must_use]
    pub fn unexpected_hosts(self) -> Self {
        self.error(ReceivedRequest::UNEXPECTED_HOST_ERROR)
    }

    /// Selects the requests of the caller with this ARN. Only authenticated requests have a caller.
    #[must_use]
    pub fn caller(self, arn: &PrincipalArn) -> Self {
        let (arn, described) = (arn.clone(), arn.clone());
        let is_caller = move |caller: &Caller| caller.arn() == &arn;
        self.described(format!("caller {}", &described), move |entry| {
            entry.caller.as_ref().is_some_and(&is_caller)
        })
    }

    /// Selects the requests that triggered the fault with this ID.
    #[must_use]
    pub fn fault(self, id: FaultId) -> Self {
        self.described(format!("fault {id}"), move |entry| {
            entry.faults.contains(&id)
        })
    }

    /// Selects the requests in which the token with this ID was issued or presented.
    #[must_use]
    pub fn token(self, id: TokenId) -> Self {
        self.described(format!("token {id}"), move |entry| entry.token == Some(id))
    }

    /// Selects the requests received at or after a time of the mock's clock.
    #[must_use]
    pub fn since(self, timestamp: Timestamp) -> Self {
        self.described(format!("a time from {timestamp} on"), move |entry| {
            entry.received >= timestamp
        })
    }

    /// Selects the requests for which a closure returns `true`. The closure must own its captured values, because
    /// [`wait`](Requests::wait) calls it again.
    #[must_use]
    pub fn matching(
        self,
        is_selected: impl Fn(&ReceivedRequest) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.described("the condition of a closure".to_owned(), is_selected)
    }

    fn described(
        mut self,
        description: String,
        is_selected: impl Fn(&ReceivedRequest) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.selected.retain(|entry| is_selected(entry));
        self.filter.and_described(description, is_selected);
        self
    }

    /// Waits until at least `count` requests of the request log match the filters of this selection. Returns a new
    /// selection of all requests that match at that time. Requests that were recorded before the call are counted too.
    /// `within` is the timeout, in real time.
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
    /// Returns an error if fewer than `count` requests match when the timeout expires. The error contains these
    /// requests.
    ///
    /// # Panics
    ///
    /// Panics if the future is polled outside a tokio runtime with the time driver enabled.
    pub async fn wait(self, count: usize, within: Duration) -> Result<Requests, WaitTimeout> {
        let (request_log, filter) = (self.request_log.clone(), self.filter.clone());
        // The requests that were selected before the wait can be many, and are not needed.
        drop(self);
        request_log.wait(filter, count, within).await
    }

    /// Returns the number of selected requests.
    pub fn count(&self) -> usize {
        self.selected.len()
    }

    /// Returns the number of requests that were discarded because the request log was full, without those of the control API.
    /// These requests are counted whether or not they match the selection.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Returns the number of the first stored request of a client, and that of the next one.
    pub(crate) fn numbers(&self) -> Range<u64> {
        self.numbers.clone()
    }

    /// Returns the selected requests, in the order in which their responses were ready.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &ReceivedRequest> + ExactSizeIterator {
        self.selected.iter().map(AsRef::as_ref)
    }

    /// Returns the selected requests, in the order in which their responses were ready.
    pub(crate) fn into_entries(self) -> Vec<Arc<ReceivedRequest>> {
        self.selected
    }

    /// Returns the last selected request, or `None` if no request is selected.
    pub fn last(&self) -> Option<&ReceivedRequest> {
        self.iter().next_back()
    }
}

/// Marks the requests that triggered the fault.
impl Evidence for RequestLog {
    fn table(&self, fault: FaultId) -> String {
        let requests = self.requests();
        let is_marked = |entry: &ReceivedRequest| entry.faults.contains(&fault);
        requests.table(is_marked).to_string()
    }
}

impl RequestLog {
    pub(crate) fn requests(&self) -> Requests {
        self.selected(RequestFilter::default())
    }

    pub(crate) fn selected(&self, filter: RequestFilter) -> Requests {
        Requests::new(self.clone(), filter, self.snapshot())
    }

    /// Waits until at least `count` requests match. See [`Requests::wait`].
    pub(crate) async fn wait(
        &self,
        filter: RequestFilter,
        count: usize,
        within: Duration,
    ) -> Result<Requests, WaitTimeout> {
        let waited = tokio::time::timeout(within, self.enough(&filter, count)).await;
        waited.map_err(|_| WaitTimeout {
            expected: count,
            within,
            found: self.selected(filter),
        })
    }

    /// Counts the matching requests as they are recorded, and selects them only when there are enough. Some of them may have been discarded
    /// then; the wait then continues.
    async fn enough(&self, filter: &RequestFilter, count: usize) -> Requests {
        let (mut position, mut matched) = (self.start(), 0);
        loop {
            let mut next = pin!(self.next());
            // A request that is recorded after `since` must end the wait.
            next.as_mut().enable();
            let clients = self.since(Part::Clients, position.clients);
            let control = self.since(Part::Control, position.control);
            (position.clients, position.control) = (clients.next, control.next);
            matched += matching(&clients, filter) + matching(&control, filter);
            if matched >= count {
                let snapshot = self.snapshot();
                let end = snapshot.position;
                let requests = Requests::new(self.clone(), filter.clone(), snapshot);
                if requests.count() >= count {
                    return requests;
                }
                (matched, position) = (requests.count(), end);
            }
            if clients.entries.is_empty() && control.entries.is_empty() {
                next.await;
            }
        }
    }

    fn start(&self) -> Position {
        Position {
            clients: self.numbers(Part::Clients).start,
            control: self.numbers(Part::Control).start,
        }
    }
}

fn matching(batch: &Batch, filter: &RequestFilter) -> usize {
    let entries = batch.entries.iter();
    entries.filter(|entry| filter.matches(entry)).count()
}

/// Formats the request log as a table, oldest first, in which the selected requests are marked with `>`. The table contains at most 200 requests.
impl fmt::Display for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.table(|_| true).to_string().trim_start_matches("; "))
    }
}

/// Formats the filters and the number of selected requests on one line.
impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (selected, all) = (self.count(), self.all.len());
        let described = self.filter.describe();
        write!(f, "Requests({selected} of {all} requests{described})")
    }
}

/// The error returned by [`Requests::wait`]: the timeout expired before the expected number of requests was recorded.
/// `Debug` also formats the request log as a table, so that the message of `unwrap` explains the timeout.
#[derive(Clone, thiserror::Error)]
#[error("received {} of {expected} expected requests{} within {within:?}", .found.count(), .found.filter.describe())]
#[non_exhaustive]
pub struct WaitTimeout {
    /// The expected number of requests.
    pub expected: usize,
    /// The timeout, in real time.
    pub within: Duration,
    /// The requests that matched the selection when the timeout expired.
    pub found: Requests,
}

impl fmt::Debug for WaitTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}{}", self.found.table(|_| true))
    }
}
