//! Faults as data: when they strike, and what they do.
//!
//! A fault has the same form in code, in the TOML of a configuration and in a request to a running mock. `Faults` finds the faults that a request
//! triggers, in the order in which they were added, and `server::handler` applies them. If the seed and the requests are the same, the same
//! faults are triggered.

#[cfg(feature = "sdk")]
#[doc = include_str!("../../COOKBOOK.md")]
pub mod cookbook {}

mod active_fault;
mod answer;
mod apply;
mod authorization_data;
mod definition;
mod error;
mod error_code;
mod error_fault;
mod faults;
mod handle;
mod injected;
mod latency;
mod pattern;
mod response_context;
mod signs;
mod target;
mod throttle;
mod triggered;
mod what;
mod when;
mod wire;

pub use crate::types::duration::Shift;
pub use active_fault::{ActiveFault, FaultId};
pub(crate) use apply::{date, distort};
pub use authorization_data::{AuthorizationData, EndpointFault, ExpiresAt, Login, TokenFault};
pub use definition::Fault;
pub use error::FaultError;
pub use error_code::{ErrorCode, UnknownErrorCode};
pub use error_fault::ErrorFault;
pub(crate) use faults::{Faults, Greetings};
pub use handle::{FaultBuilder, FaultGuard, FaultHandle};
pub(crate) use injected::{Injected, InjectedError};
pub use latency::Latency;
pub use pattern::Pattern;
pub(crate) use response_context::{Circumstances, Foreign};
pub(crate) use signs::Signs;
pub use target::{FaultPlane, RegistryRoute};
pub use throttle::Throttle;
pub(crate) use triggered::Struck;
pub use what::{BodyFault, CertificateFault, ExpiredAs, Moment, What};
pub use when::When;
pub(crate) use wire::{Ending, Shape, Wire};
