//! The requests that a mock received, its responses, and assertions about both.
//!
//! Every request is recorded when its response is ready, before the first byte of the response is sent. Secrets are not
//! recorded.

mod assertions;
mod counts;
mod escapes;
mod explanation;
mod filter;
mod follow;
mod log;
mod marks;
mod misspelled;
mod reason;
mod received_request;
mod redaction;
mod requests;
mod response_status;
mod ring;
mod secret_forms;
mod secret_parameters;
mod table;

pub use crate::aws::operation_name::{OperationName, UnknownOperation};
pub use crate::aws::sigv4::SignatureClaim;
pub use crate::http::ingress::Ingress;
pub use crate::types::{Fidelity, OperationSupport, Service, Times, UnknownService};
pub(crate) use counts::Count;
pub use explanation::{Explanation, ExplanationKind, ExplanationLevel, Facts};
pub(crate) use filter::RequestFilter;
pub(crate) use follow::{Cursor, FollowedEntry};
pub(crate) use log::{MAX_REQUESTS, Part, RequestLog};
pub(crate) use marks::{Mark, MarkedEvent};
pub(crate) use misspelled::Misspelled;
pub(crate) use reason::{Reason, RejectedCredentials};
pub use received_request::ReceivedRequest;
pub(crate) use redaction::Redactor;
pub use requests::{Requests, WaitTimeout};
pub(crate) use response_status::ResponseStatus;
pub(crate) use ring::Batch;
