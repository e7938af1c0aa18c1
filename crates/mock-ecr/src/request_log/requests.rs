//! Exchanges, and the means to choose among them and to wait for more.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crate::aws::operation_name;
use crate::aws::service::Service;
use crate::fault::FaultId;
use crate::iam::principal::Caller;
use crate::request_log::filter::Choice;
use crate::request_log::log::Journal;
use crate::request_log::received_request::{Exchange, Plane};
use crate::token::TokenId;
use crate::types::PrincipalArn;
use crate::types::timestamp::Timestamp;

/// Exchanges in the order in which they were answered, and the means to choose among them.
///
/// They are those that were there when [`MockEcr::requests`](crate::MockEcr::requests) was called; [`wait`](Requests::wait) alone looks again.
///
/// ```
/// # use mock_ecr::MockEcr;
/// # use mock_ecr::request_log::Plane;
/// # async fn example(ecr: MockEcr) {
/// let refused = ecr.requests().plane(Plane::Registry).status(403).expect(1);
/// assert!(refused.iter().all(|exchange| exchange.token_error.is_some()));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Requests {
    journal: Journal,
    choice: Choice,
    /// All that there were, for an assertion to print.
    pub(super) all: Arc<[Arc<Exchange>]>,
    pub(super) chosen: Vec<Arc<Exchange>>,
    forgotten: u64,
}

impl Requests {
    fn new(journal: Journal, choice: Choice, all: Vec<Arc<Exchange>>, forgotten: u64) -> Self {
        let fits = |exchange: &&Arc<Exchange>| choice.fits(exchange);
        Requests {
            chosen: all.iter().filter(fits).cloned().collect(),
            all: all.into(),
            journal,
            choice,
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
        self.matching(move |exchange| exchange.operation == Some(name))
    }

    /// Those for one plane.
    #[must_use]
    pub fn plane(self, plane: Plane) -> Self {
        self.matching(move |exchange| exchange.plane == plane)
    }

    /// Selects the requests to the API of one service.
    #[must_use]
    pub fn service(self, service: Service) -> Self {
        self.matching(move |exchange| exchange.service == Some(service))
    }

    /// Those for something of the registry, such as `manifest`; see [`Exchange::route`].
    #[must_use]
    pub fn route(self, name: &str) -> Self {
        let name = name.to_owned();
        self.matching(move |exchange| exchange.route == Some(&name))
    }

    /// Those to a host, whatever the port and the case of its letters.
    #[must_use]
    pub fn host(self, name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        self.matching(move |exchange| {
            let host = exchange.host.to_ascii_lowercase();
            let without_port = host.rsplit_once(':').map(|(host, _)| host);
            host == name || without_port == Some(&name)
        })
    }

    /// Those answered with a status.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        self.matching(move |exchange| exchange.status == status)
    }

    /// Those answered with an error.
    #[must_use]
    pub fn error(self, code: &str) -> Self {
        let code = code.to_owned();
        self.matching(move |exchange| exchange.error == Some(&code))
    }

    /// Those that took the mock for a proxy to a host which it is not, and were refused: your client tried to reach `host`.
    #[must_use]
    pub fn strayed(self) -> Self {
        self.error(Exchange::OTHER_HOST)
    }

    /// Those of one caller.
    #[must_use]
    pub fn caller(self, arn: &PrincipalArn) -> Self {
        let arn = arn.clone();
        let is_it = move |caller: &Caller| caller.arn() == &arn;
        self.matching(move |exchange| exchange.caller.as_ref().is_some_and(&is_it))
    }

    /// Those that a fault shaped.
    #[must_use]
    pub fn fault(self, id: FaultId) -> Self {
        self.matching(move |exchange| exchange.faults.contains(&id))
    }

    /// Those that issued or showed one token.
    #[must_use]
    pub fn token(self, id: TokenId) -> Self {
        self.matching(move |exchange| exchange.token == Some(id))
    }

    /// Those received at an instant of the mock's clock, or later.
    #[must_use]
    pub fn since(self, instant: Timestamp) -> Self {
        self.matching(move |exchange| exchange.received >= instant)
    }

    /// Those that a closure chooses; [`wait`](Requests::wait) asks it again, so that it must own what it looks at.
    #[must_use]
    pub fn matching(mut self, choose: impl Fn(&Exchange) -> bool + Send + Sync + 'static) -> Self {
        self.chosen.retain(|exchange| choose(exchange));
        self.choice.and(choose);
        self
    }

    /// Waits until the journal has at least `count` exchanges so chosen, those of before included, for `within` of real time.
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
    pub async fn wait(self, count: usize, within: Duration) -> Result<Requests, TooFew> {
        let Requests {
            journal, choice, ..
        } = self;
        let enough = async {
            let mut place = journal.place();
            let mut requests = journal.chosen(choice.clone());
            while requests.count() < count {
                let mut next = pin!(journal.next());
                // What is recorded between the look and the wait must end the wait.
                next.as_mut().enable();
                let news = journal.since(place);
                place = news.place;
                // The whole journal is looked at only when there is something to find.
                if news.exchanges.iter().any(|exchange| choice.fits(exchange)) {
                    requests = journal.chosen(choice.clone());
                } else {
                    next.await;
                }
            }
            requests
        };
        let waited = tokio::time::timeout(within, enough).await;
        waited.map_err(|_| TooFew {
            expected: count,
            within,
            found: journal.chosen(choice),
        })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.chosen.len()
    }

    /// How many older ones the journal had to forget, whichever they were.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The exchanges, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Exchange> + ExactSizeIterator {
        self.chosen.iter().map(AsRef::as_ref)
    }

    /// The newest one.
    pub fn last(&self) -> Option<&Exchange> {
        self.iter().next_back()
    }
}

impl Journal {
    pub(crate) fn requests(&self) -> Requests {
        self.chosen(Choice::default())
    }

    pub(crate) fn chosen(&self, choice: Choice) -> Requests {
        let (all, forgotten) = self.snapshot();
        Requests::new(self.clone(), choice, all, forgotten)
    }
}

/// Fewer exchanges came in time than were waited for.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} of the {expected} exchanges that were waited for came within {within:?}", .found.count())]
#[non_exhaustive]
pub struct TooFew {
    /// How many were waited for.
    pub expected: usize,
    /// How long they were waited for.
    pub within: Duration,
    /// Those that came.
    pub found: Requests,
}
