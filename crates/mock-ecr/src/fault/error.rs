//! The error type of faults.

use crate::types::argument::ArgumentError;

/// The error returned when a fault is invalid or cannot be added to a mock.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct FaultError(Kind);

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
