//! The error type of faults.

use crate::types::argument::ArgumentError;
use crate::types::error_chain::debug_as_chain;

/// The error returned when a fault is invalid or cannot be added to a mock.
#[derive(thiserror::Error)]
#[error(transparent)]
pub struct FaultError(Kind);

debug_as_chain!(FaultError);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Argument(ArgumentError),
}

impl FaultError {
    pub(super) fn new(text: impl Into<String>) -> Self {
        FaultError(Kind::Invalid(text.into()))
    }
}

impl From<ArgumentError> for FaultError {
    fn from(error: ArgumentError) -> Self {
        FaultError(Kind::Argument(error))
    }
}
