//! Adds, lists and removes faults of a running mock.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::aws::operation_name::OperationName;
use crate::fault::action::CutPoint;
use crate::fault::action::FaultAction;
use crate::fault::active_fault::{ActiveFault, FaultId};
use crate::fault::definition::Fault;
use crate::fault::error::FaultError;
use crate::fault::error_code::ErrorCode;
use crate::fault::evidence::{Evidence, UnmetExpectation};
use crate::fault::faults::Faults;
use crate::fault::latency::Latency;
use crate::fault::matcher::RequestMatcher;
use crate::fault::pattern::Pattern;
use crate::fault::target::RegistryRoute;
use crate::fault::throttle::Throttle;
use crate::types::argument::FirstInvalid;
use crate::types::{Service, Times};

/// The faults of a running mock.
///
/// ```
/// # use mock_ecr::MockEcr;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ecr = MockEcr::start().await?;
/// let throttled = ecr.faults().throttling().operation("GetAuthorizationToken").times(2).set()?;
/// assert_eq!(throttled.triggered(), 0);
/// throttled.remove();
/// assert!(ecr.faults().list().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FaultHandle {
    faults: Arc<Faults>,
    evidence: Arc<dyn Evidence>,
}

impl FaultHandle {
    pub(crate) fn of(faults: Arc<Faults>, evidence: Arc<dyn Evidence>) -> Self {
        FaultHandle { faults, evidence }
    }

    /// Adds a fault after the existing faults. The fault stays active until it is removed or the mock is reset.
    ///
    /// # Errors
    ///
    /// Returns an error if the fault is invalid, if its action is `certificate` and the mock does not accept TLS, if
    /// its action needs a socket and the mock has none, or if the mock already has 1,000 faults.
    pub fn add(&self, fault: Fault) -> Result<FaultId, FaultError> {
        self.faults.add(fault)
    }

    /// Removes a fault and returns it with its counters. Returns `None` if the fault does not exist.
    pub fn remove(&self, id: FaultId) -> Option<ActiveFault> {
        self.faults.remove(id)
    }

    /// Removes all faults, including those of the configuration.
    pub fn clear(&self) {
        self.faults.clear();
    }

    /// Returns the faults in the order in which they were added.
    pub fn list(&self) -> Vec<ActiveFault> {
        self.faults.list()
    }

    /// Returns the number of times that a fault was triggered. Returns `None` if the fault does not exist.
    pub fn triggered(&self, id: FaultId) -> Option<u64> {
        Some(self.faults.find(id)?.triggered)
    }

    /// Returns a builder of a fault with the error `ThrottlingException`. The registry responds with 429
    /// `TOOMANYREQUESTS`.
    pub fn throttling(&self) -> FaultBuilder {
        self.action(FaultAction::Error(ErrorCode::THROTTLING.into()))
    }

    /// Returns a builder of a fault with an AWS error. The registry responds with the corresponding OCI error. If
    /// `code` is not one of the codes in [`ErrorCode`], [`FaultBuilder::set`] returns an error.
    pub fn error(&self, code: &str) -> FaultBuilder {
        let mut builder = self.throttling();
        if let Some(code) = builder.invalid.parse::<ErrorCode>("error", code) {
            builder.fault.action = FaultAction::Error(code.into());
        }
        builder
    }

    /// Returns a builder of a fault that limits the rate to `rate` requests per second. At the start and after a
    /// sufficiently long pause, `burst` requests are accepted at once. `rate` must be finite and greater than 0, and
    /// `burst` must be at least 1. Invalid values are reported by [`FaultBuilder::set`].
    pub fn throttle(&self, rate: f64, burst: u32) -> FaultBuilder {
        self.action(FaultAction::Throttle(Throttle::new(rate, burst)))
    }

    /// Returns a builder of a fault that delays each response by `latency`, in real time.
    pub fn latency(&self, latency: Duration) -> FaultBuilder {
        self.action(FaultAction::Latency(Latency::Fixed(latency)))
    }

    /// Returns a builder of a fault that resets the connection before the first byte of the response.
    pub fn reset(&self) -> FaultBuilder {
        self.action(FaultAction::Reset(CutPoint::BeforeHeaders))
    }

    /// Returns a builder of a fault with the given action.
    pub fn action(&self, action: FaultAction) -> FaultBuilder {
        FaultBuilder {
            handle: self.clone(),
            fault: Fault::new(action),
            expected: None,
            invalid: FirstInvalid::default(),
        }
    }
}

/// Formats the number of faults.
impl fmt::Debug for FaultHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultHandle({} faults)", self.list().len())
    }
}

/// A builder of a fault. The methods [`operation`](FaultBuilder::operation), [`service`](FaultBuilder::service),
/// [`route`](FaultBuilder::route), [`method`](FaultBuilder::method) and [`repository`](FaultBuilder::repository)
/// restrict the requests that match the fault. The methods [`times`](FaultBuilder::times),
/// [`after`](FaultBuilder::after), [`every`](FaultBuilder::every) and [`probability`](FaultBuilder::probability)
/// restrict the matching requests that trigger it. If a method is called again, the new value replaces the previous
/// one.
#[must_use = "a fault is active only after `set`"]
pub struct FaultBuilder {
    handle: FaultHandle,
    fault: Fault,
    expected: Option<Times>,
    invalid: FirstInvalid,
}

impl FaultBuilder {
    /// Matches only calls of one API operation, such as `GetAuthorizationToken`. If the operation is unknown,
    /// [`set`](FaultBuilder::set) returns an error.
    pub fn operation(mut self, name: &str) -> Self {
        if let Some(name) = self.invalid.parse::<OperationName>("operation", name) {
            self.fault.matcher.operation = Some(name.to_string());
        }
        self
    }

    /// Matches only requests to one service.
    pub fn service(self, service: Service) -> Self {
        self.matching(|matcher| matcher.service = Some(service))
    }

    /// Matches only requests to one route of the registry.
    pub fn route(self, route: RegistryRoute) -> Self {
        self.matching(|matcher| matcher.route = Some(route))
    }

    /// Matches only requests with one HTTP method. ASCII case is ignored.
    pub fn method(self, method: &str) -> Self {
        self.matching(|matcher| matcher.method = Some(method.to_owned()))
    }

    /// Matches only requests to repositories whose names match a pattern. `*` matches any text.
    pub fn repository(self, pattern: &str) -> Self {
        self.matching(|matcher| matcher.repository = Some(Pattern::from(pattern)))
    }

    /// Triggers the fault at most `times` times. `times` must be at least 1.
    pub fn times(self, times: u64) -> Self {
        self.matching(|matcher| matcher.times = Some(times))
    }

    /// Does not trigger the fault for the first `requests` matching requests.
    pub fn after(self, requests: u64) -> Self {
        self.matching(|matcher| matcher.after = Some(requests))
    }

    /// Of every `requests` matching requests, only the last one can trigger the fault. `requests` must be at least 1.
    /// The requests skipped by [`after`](FaultBuilder::after) are not counted.
    pub fn every(self, requests: u64) -> Self {
        self.matching(|matcher| matcher.every = Some(requests))
    }

    /// Triggers the fault with this probability, from 0 to 1, for each matching request.
    pub fn probability(self, probability: f64) -> Self {
        self.matching(|matcher| matcher.probability = Some(probability))
    }

    /// Changes the matcher with a closure.
    pub fn matching(mut self, change: impl FnOnce(&mut RequestMatcher)) -> Self {
        change(&mut self.fault.matcher);
        self
    }

    /// Sets how often the fault must have been triggered when the mock is dropped: a number, or a range such as `1..`. If it
    /// was triggered more or less often, the drop panics with the fault and the request log, unless the thread is
    /// panicking already. [`MockEcr::reset`](crate::MockEcr::reset) removes the expectation.
    ///
    /// A fault that no request triggers is often a mistake: the test then checks nothing.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ecr = MockEcr::start().await?;
    /// ecr.faults().throttling().operation("PutImage").expect(0).set()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn expect(mut self, times: impl Into<Times>) -> Self {
        self.expected = Some(times.into());
        self
    }

    /// Adds the fault to the mock. The fault stays active until [`SetFault::remove`] removes it or the mock is reset.
    ///
    /// The result need not be stored. `let _ = …` discards the error of an invalid fault. The compiler does not warn
    /// about it; the lint `clippy::let_underscore_must_use` does.
    ///
    /// # Errors
    ///
    /// Returns an error if an argument of another method is invalid. Also returns the errors of [`FaultHandle::add`].
    pub fn set(self) -> Result<SetFault, FaultError> {
        self.invalid.report()?;
        let faults = &self.handle.faults;
        let id = faults.add_expected(self.fault, self.expected)?;
        Ok(SetFault {
            handle: self.handle,
            id,
        })
    }
}

/// Formats the fault.
impl fmt::Debug for FaultBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultBuilder({:?})", self.fault)
    }
}

/// A fault that was set. If this value is dropped, the fault stays active.
///
/// ```
/// # use mock_ecr::MockEcr;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ecr = MockEcr::start().await?;
/// let unavailable = ecr.faults().error("ServiceUnavailable").set()?;
/// // … the test …
/// unavailable.expect_triggered(0..=3);
/// assert_eq!(unavailable.remove().map(|fault| fault.matched), Some(0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SetFault {
    handle: FaultHandle,
    id: FaultId,
}

impl SetFault {
    /// Returns the ID of the fault.
    pub fn id(&self) -> FaultId {
        self.id
    }

    /// Returns the number of times that the fault was triggered. Returns 0 if the fault was removed.
    pub fn triggered(&self) -> u64 {
        self.handle.triggered(self.id).unwrap_or(0)
    }

    /// Asserts that the fault was triggered this often: a number, or a range such as `1..`.
    ///
    /// # Panics
    ///
    /// Panics if the assertion fails, or if the fault was removed. The message contains the fault, the number of requests
    /// that matched it, and the request log.
    #[track_caller]
    pub fn expect_triggered(&self, times: impl Into<Times>) {
        let (id, expected) = (self.id, times.into());
        let Some(active) = self.handle.faults.find(id) else {
            panic!("expected that fault {id} is triggered {expected} times, but it was removed");
        };
        if !expected.contains_count(active.triggered) {
            let unmet = UnmetExpectation { expected, active };
            panic!("{unmet}{}", self.handle.evidence.table(id));
        }
    }

    /// Removes the fault and returns it with its counters. Returns `None` if it was removed before. An expectation of
    /// [`FaultBuilder::expect`] is removed too.
    pub fn remove(self) -> Option<ActiveFault> {
        self.handle.remove(self.id)
    }
}

/// Formats the ID of the fault.
impl fmt::Debug for SetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetFault({})", self.id)
    }
}
