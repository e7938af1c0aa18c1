//! Invalid arguments of methods, and those of a builder's, which its last method reports.

use std::error::Error;
use std::str::FromStr;

/// An invalid argument of a method: which method, which argument, and as its source what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("invalid argument in {method}({argument:?})")]
pub struct ArgumentError {
    method: &'static str,
    argument: String,
    source: Box<dyn Error + Send + Sync>,
}

/// Parses the argument of a method.
pub(crate) fn parse<T>(method: &'static str, argument: &str) -> Result<T, ArgumentError>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    argument.parse().map_err(|error| ArgumentError {
        method,
        argument: argument.chars().take(100).collect(),
        source: Box::new(error),
    })
}

/// The first invalid argument of a builder, until its last method reports it.
#[derive(Debug, Default)]
pub(crate) struct FirstInvalid(Option<ArgumentError>);

impl FirstInvalid {
    /// Parses the argument of a method.
    pub(crate) fn parse<T>(&mut self, method: &'static str, argument: &str) -> Option<T>
    where
        T: FromStr<Err: Error + Send + Sync + 'static>,
    {
        let parsed = parse(method, argument);
        parsed.map_err(|error| self.0.get_or_insert(error)).ok()
    }

    /// Reports the first invalid argument, if there was one.
    pub(crate) fn report(self) -> Result<(), ArgumentError> {
        self.0.map_or(Ok(()), Err)
    }
}
