//! Errors of invalid arguments. The last method of a builder reports the errors of its other methods.

use std::error::Error;
use std::str::FromStr;

use crate::types::error_chain::debug_as_chain;

/// The error returned when an argument of a method is invalid. The source of the error is the reason.
#[derive(thiserror::Error)]
#[error("invalid argument in {method}({argument:?})")]
pub struct ArgumentError {
    method: &'static str,
    argument: String,
    source: Box<dyn Error + Send + Sync>,
}

debug_as_chain!(ArgumentError);

/// Parses the argument of a method.
pub(crate) fn parse<T>(method: &'static str, argument: &str) -> Result<T, ArgumentError>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    let parsed = argument.parse();
    parsed.map_err(|error| ArgumentError::new(method, argument, error))
}

impl ArgumentError {
    pub(crate) fn new(
        method: &'static str,
        argument: &str,
        reason: impl Error + Send + Sync + 'static,
    ) -> Self {
        ArgumentError {
            method,
            argument: argument.chars().take(100).collect(),
            source: Box::new(reason),
        }
    }
}

/// The first invalid argument of a builder. The last method of the builder reports it.
#[derive(Debug, Default)]
pub(crate) struct FirstInvalid(Option<ArgumentError>);

impl FirstInvalid {
    /// Parses the argument of a method, and stores the error if it is the first one.
    pub(crate) fn parse<T>(&mut self, method: &'static str, argument: &str) -> Option<T>
    where
        T: FromStr<Err: Error + Send + Sync + 'static>,
    {
        self.record(parse(method, argument))
    }

    /// Stores the error of a result if it is the first one.
    pub(crate) fn record<T>(&mut self, result: Result<T, ArgumentError>) -> Option<T> {
        result.map_err(|error| self.0.get_or_insert(error)).ok()
    }

    /// Returns the first error, if there was one.
    pub(crate) fn report(self) -> Result<(), ArgumentError> {
        self.0.map_or(Ok(()), Err)
    }
}
