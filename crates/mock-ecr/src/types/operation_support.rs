//! Whether the mock implements an operation, and how its responses are known to be those of AWS.

use std::fmt;

use crate::types::Service;

/// The source of the responses of an operation.
///
/// It is the source of the output of a successful call. A detail without any source is marked `[ASSUME]` in the sources of the mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fidelity {
    /// A public record of a response of AWS, such as an example of the AWS CLI.
    Recorded,
    /// The service model and the API reference.
    Modelled,
    /// No source: the output or the behaviour is assumed.
    Assumed,
}

impl fmt::Display for Fidelity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fidelity::Recorded => "recorded",
            Fidelity::Modelled => "modelled",
            Fidelity::Assumed => "assumed",
        })
    }
}

/// An operation of ECR, ECR Public or STS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationSupport {
    /// The service of the operation.
    pub service: Service,
    /// The name in the service model.
    pub operation: &'static str,
    /// `None` if the mock does not implement the operation. Its response is then status 501 and the error `NotImplemented`.
    pub fidelity: Option<Fidelity>,
}
