//! Invalid arguments of a builder's methods, which its last method reports.

use std::error::Error;
use std::str::FromStr;

/// An invalid argument of a builder's method: which method, which argument, and as its source what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("invalid argument in {method}({argument:?})")]
pub struct ArgumentError {
    method: &'static str,
    argument: String,
    source: Box<dyn Error + Send + Sync>,
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
        match argument.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.0.get_or_insert_with(|| ArgumentError {
                    method,
                    argument: argument.chars().take(100).collect(),
                    source: Box::new(error),
                });
                None
            }
        }
    }

    /// Reports the first invalid argument, if there was one.
    pub(crate) fn report(self) -> Result<(), ArgumentError> {
        self.0.map_or(Ok(()), Err)
    }
}
