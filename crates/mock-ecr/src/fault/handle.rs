//! Faults in the hands of a test.

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
/// drop(throttled); // and the fault is gone
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

    /// Sets a fault behind those that are set.
    ///
    /// # Errors
    ///
    /// When it cannot mean anything.
    pub fn add(&self, fault: Fault) -> Result<FaultId, FaultError> {
        self.faults.add(fault)
    }

    /// Takes a fault away, and answers it with its counts if it was there.
    pub fn remove(&self, id: FaultId) -> Option<ActiveFault> {
        self.faults.remove(id)
    }

    /// Takes all away.
    pub fn clear(&self) {
        self.faults.clear();
    }

    /// Those that are set, in their order.
    pub fn list(&self) -> Vec<ActiveFault> {
        self.faults.list()
    }

    /// How often a fault has triggered, if it is set.
    pub fn triggered(&self, id: FaultId) -> Option<u64> {
        let faults = self.list();
        faults
            .iter()
            .find(|active| active.id == id)
            .map(|active| active.triggered)
    }

    /// `ThrottlingException`, or 429 of the registry.
    pub fn throttling(&self) -> FaultBuilder {
        self.action(FaultAction::Error(ErrorCode::THROTTLING.into()))
    }

    /// An error of AWS, or the registry's that goes with it.
    pub fn error(&self, code: &str) -> FaultBuilder {
        let mut builder = self.throttling();
        if let Some(code) = builder.invalid.parse::<ErrorCode>("error", code) {
            builder.fault.action = FaultAction::Error(code.into());
        }
        builder
    }

    /// So many requests a second, and so many at once.
    pub fn throttle(&self, rate: f64, burst: u32) -> FaultBuilder {
        self.action(FaultAction::Throttle(Throttle::new(rate, burst)))
    }

    /// A wait before each answer.
    pub fn latency(&self, latency: Duration) -> FaultBuilder {
        self.action(FaultAction::Latency(Latency::Fixed(latency)))
    }

    /// A connection that is reset before the answer.
    pub fn reset(&self) -> FaultBuilder {
        self.action(FaultAction::Reset(CutPoint::BeforeHeaders))
    }

    /// Anything.
    pub fn action(&self, action: FaultAction) -> FaultBuilder {
        FaultBuilder {
            faults: Arc::clone(&self.faults),
            fault: Fault::new(action),
            invalid: FirstInvalid::default(),
        }
    }
}

/// A fault that is yet to be set.
#[derive(Debug)]
#[must_use = "a fault strikes once it is set"]
pub struct FaultBuilder {
    faults: Arc<Faults>,
    fault: Fault,
    invalid: FirstInvalid,
}

impl FaultBuilder {
    /// For calls of one operation of the API.
    pub fn operation(mut self, name: &str) -> Self {
        if let Some(name) = self.invalid.parse::<OperationName>("operation", name) {
            self.fault.matcher.operation = Some(name.to_string());
        }
        self
    }

    /// For calls of one service.
    pub fn service(self, service: Service) -> Self {
        self.matching(|matcher| matcher.service = Some(service))
    }

    /// For one route of the registry.
    pub fn route(self, route: RegistryRoute) -> Self {
        self.matching(|matcher| matcher.route = Some(route))
    }

    /// For one method of HTTP.
    pub fn method(self, method: &str) -> Self {
        self.matching(|matcher| matcher.method = Some(method.to_owned()))
    }

    /// For repositories, with stars for anything.
    pub fn repository(self, pattern: &str) -> Self {
        self.matching(|matcher| matcher.repository = Some(Pattern::from(pattern)))
    }

    /// At most so often.
    pub fn times(self, times: u64) -> Self {
        self.matching(|matcher| matcher.times = Some(times))
    }

    /// After so many requests.
    pub fn after(self, requests: u64) -> Self {
        self.matching(|matcher| matcher.after = Some(requests))
    }

    /// The last of every so many.
    pub fn every(self, requests: u64) -> Self {
        self.matching(|matcher| matcher.every = Some(requests))
    }

    /// By chance, from 0 to 1.
    pub fn probability(self, probability: f64) -> Self {
        self.matching(|matcher| matcher.probability = Some(probability))
    }

    /// As a closure has it.
    pub fn matching(mut self, change: impl FnOnce(&mut RequestMatcher)) -> Self {
        change(&mut self.fault.matcher);
        self
    }

    /// Sets it, until the guard is dropped.
    ///
    /// # Errors
    ///
    /// When an argument of another method was invalid, or the parts of the fault contradict each other.
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

/// A fault that is set, and taken away when this is dropped.
#[derive(Debug)]
#[must_use = "the fault is taken away when its guard is dropped; FaultGuard::keep leaves it"]
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
    /// Its name.
    pub fn id(&self) -> FaultId {
        self.id
    }

    /// How often it has triggered.
    pub fn triggered(&self) -> u64 {
        let faults = self.faults.list();
        let active = faults.iter().find(|active| active.id == self.id);
        active.map_or(0, |active| active.triggered)
    }

    /// Leaves it for as long as the mock lives.
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
