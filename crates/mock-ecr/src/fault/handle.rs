//! Adds, lists and removes faults of a running mock.

use std::sync::Arc;
use std::time::Duration;

use crate::aws::operation_name::OperationName;
use crate::fault::action::CutPoint;
use crate::fault::action::FaultAction;
use crate::fault::active_fault::{ActiveFault, FaultId};
use crate::fault::definition::Fault;
use crate::fault::error::FaultError;
use crate::fault::error_code::ErrorCode;
use crate::fault::faults::Faults;
use crate::fault::latency::Latency;
use crate::fault::matcher::RequestMatcher;
use crate::fault::pattern::Pattern;
use crate::fault::target::RegistryRoute;
use crate::fault::throttle::Throttle;
use crate::types::Service;
use crate::types::argument::FirstInvalid;

/// The faults of a running mock.
///
/// ```
/// # use mock_ecr::MockEcr;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ecr = MockEcr::start().await?;
/// let throttled = ecr.faults().throttling().operation("GetAuthorizationToken").times(2).set()?;
/// assert_eq!(throttled.triggered(), 0);
/// drop(throttled); // removes the fault
/// assert!(ecr.faults().list().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FaultHandle {
    faults: Arc<Faults>,
}

impl FaultHandle {
    pub(crate) fn of(faults: Arc<Faults>) -> Self {
        FaultHandle { faults }
    }

    /// Adds a fault after the existing faults. The fault stays active until it is removed or the mock is reset.
    ///
    /// # Errors
    ///
    /// Returns an error if the fault is invalid, if its action is `certificate` and the mock does not accept TLS, or if
    /// the mock already has 1,000 faults.
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
        let faults = self.list();
        faults
            .iter()
            .find(|active| active.id == id)
            .map(|active| active.triggered)
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
            faults: Arc::clone(&self.faults),
            fault: Fault::new(action),
            invalid: FirstInvalid::default(),
        }
    }
}

/// A builder of a fault. The methods [`operation`](FaultBuilder::operation), [`service`](FaultBuilder::service),
/// [`route`](FaultBuilder::route), [`method`](FaultBuilder::method) and [`repository`](FaultBuilder::repository)
/// restrict the requests that match the fault. The methods [`times`](FaultBuilder::times),
/// [`after`](FaultBuilder::after), [`every`](FaultBuilder::every) and [`probability`](FaultBuilder::probability)
/// restrict the matching requests that trigger it. If a method is called again, the new value replaces the previous
/// one.
#[derive(Debug)]
#[must_use = "a fault is active only after `set`"]
pub struct FaultBuilder {
    faults: Arc<Faults>,
    fault: Fault,
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

    /// Adds the fault to the mock. The fault is removed when the returned guard is dropped.
    ///
    /// # Errors
    ///
    /// Returns an error if an argument of another method is invalid. Also returns the errors of [`FaultHandle::add`].
    pub fn set(self) -> Result<FaultGuard, FaultError> {
        self.invalid.report()?;
        let id = self.faults.add(self.fault)?;
        Ok(FaultGuard {
            faults: self.faults,
            id,
            on_drop: OnDrop::Remove,
        })
    }
}

/// A guard of a fault of a running mock. The fault is removed when the guard is dropped.
#[derive(Debug)]
#[must_use = "the fault is removed when its guard is dropped; FaultGuard::keep prevents this"]
pub struct FaultGuard {
    faults: Arc<Faults>,
    id: FaultId,
    on_drop: OnDrop,
}

#[derive(Debug, PartialEq)]
enum OnDrop {
    Remove,
    Leave,
}

impl FaultGuard {
    /// Returns the ID of the fault.
    pub fn id(&self) -> FaultId {
        self.id
    }

    /// Returns the number of times that the fault was triggered. Returns 0 if the fault was removed.
    pub fn triggered(&self) -> u64 {
        let faults = self.faults.list();
        let active = faults.iter().find(|active| active.id == self.id);
        active.map_or(0, |active| active.triggered)
    }

    /// Prevents the removal of the fault when this guard is dropped. The fault stays active until it is removed by its
    /// ID or the mock is reset. Returns the ID.
    pub fn keep(mut self) -> FaultId {
        self.on_drop = OnDrop::Leave;
        self.id
    }
}

impl Drop for FaultGuard {
    fn drop(&mut self) {
        if self.on_drop == OnDrop::Remove {
            self.faults.remove(self.id);
        }
    }
}
