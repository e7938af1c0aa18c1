//! The numbers of suites.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a suite: a set of built-in scenarios that does not grow.
///
/// Each built-in scenario states the suite in which it entered. A suite contains the scenarios of its own number and of all lower
/// numbers. After the first release of a suite, no scenario and no requirement enters it. A scenario is then changed only to correct a wrong
/// verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SuiteNumber(u32);

impl SuiteNumber {
    /// The first suite.
    pub const FIRST: SuiteNumber = SuiteNumber(1);

    /// The suite with all built-in scenarios. New scenarios enter it until it is released.
    pub const LATEST: SuiteNumber = SuiteNumber(2);

    /// The suite that runs if no number is given. It changes only in a version with breaking changes, so that an upgrade to a compatible
    /// version adds no failure.
    pub const DEFAULT: SuiteNumber = SuiteNumber(2);

    /// Returns whether this version contains the suite.
    pub(crate) fn is_known(self) -> bool {
        (SuiteNumber::FIRST..=SuiteNumber::LATEST).contains(&self)
    }
}

/// The default is [`SuiteNumber::DEFAULT`].
impl Default for SuiteNumber {
    fn default() -> Self {
        SuiteNumber::DEFAULT
    }
}

impl fmt::Display for SuiteNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SuiteNumber {
    type Err = UnknownSuite;

    fn from_str(text: &str) -> Result<Self, UnknownSuite> {
        let number = text.parse().ok().map(SuiteNumber);
        let known = number.filter(|number| number.is_known());
        known.ok_or_else(|| UnknownSuite(text.chars().take(100).collect()))
    }
}

/// The error returned when a text is not the number of a suite that this version contains.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown suite {0:?}: expected a number from {first} to {latest}", first = SuiteNumber::FIRST, latest = SuiteNumber::LATEST)]
pub struct UnknownSuite(String);

impl From<SuiteNumber> for UnknownSuite {
    fn from(number: SuiteNumber) -> Self {
        UnknownSuite(number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_number_is_parsed() {
        assert_eq!("1".parse(), Ok(SuiteNumber::FIRST));
        let latest = SuiteNumber::LATEST.to_string();
        assert_eq!(latest.parse(), Ok(SuiteNumber::LATEST));
        assert!(SuiteNumber::DEFAULT.is_known());
    }

    #[test]
    fn an_unknown_number_is_reported_with_the_known_numbers() {
        for text in ["0", "3", "-1", "1.0", "", "latest", "99999999999"] {
            let error = text.parse::<SuiteNumber>().unwrap_err().to_string();
            let expected = format!("unknown suite {text:?}: expected a number from 1 to 2");
            assert_eq!(error, expected);
        }
    }
}
