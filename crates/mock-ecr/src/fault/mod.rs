//! Faults: changes of responses that a test uses to check how a client reacts to errors.
//!
//! A fault consists of a matcher and an action. Faults have the same form in code, in the TOML of a configuration and
//! in `POST /_mock/faults`. For each request, the mock finds the faults that the request triggers, and applies them in
//! the order in which they were added. If the seed is the same, the same requests at the same times of the mock's clock
//! trigger the same faults.

#[cfg(feature = "sdk")]
/// Situations in which clients of ECR often fail. Each recipe reproduces one situation and describes the correct
/// behaviour of a client.
///
#[doc = include_str!("../../COOKBOOK.md")]
pub mod cookbook {}

mod action;
mod action_text;
mod active_fault;
mod apply;
mod authorization_data;
mod definition;
mod delivery;
mod effect;
mod entry;
mod error;
mod error_code;
mod error_fault;
mod evidence;
mod faults;
mod handle;
mod injected;
mod latency;
mod matcher;
mod overlap;
mod pattern;
mod request_attributes;
mod response_context;
mod sentence;
mod target;
mod throttle;
mod token_output;
mod triggered;

pub use crate::types::duration::Shift;
pub use action::{BodyFault, CertificateFault, CutPoint, ExpiredAs, FaultAction};
pub use active_fault::{ActiveFault, FaultId};
pub(crate) use apply::{apply, date};
pub use authorization_data::{AuthorizationData, EndpointFault, ExpiresAt, Login, TokenFault};
pub use definition::Fault;
pub(crate) use delivery::{DeliveryFault, Shape, Termination};
pub(crate) use effect::{Change, FaultEffect};
pub use error::FaultError;
pub use error_code::{ErrorCode, UnknownErrorCode};
pub use error_fault::ErrorFault;
pub(crate) use evidence::Evidence;
pub(crate) use faults::{Faults, TlsMode};
pub use handle::{FaultBuilder, FaultHandle, SetFault};
pub(crate) use injected::{Injected, InjectedError};
pub use latency::Latency;
pub use matcher::RequestMatcher;
pub(crate) use overlap::ResponseKind;
pub use pattern::Pattern;
pub(crate) use request_attributes::RequestAttributes;
pub(crate) use response_context::{Foreign, ResponseContext};
pub(crate) use target::FaultTarget;
pub use target::RegistryRoute;
pub use throttle::Throttle;
pub(crate) use triggered::TriggeredFault;
