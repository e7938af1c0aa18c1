//! The status of a filter of requests.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// A status that a response can have. A filter with another status would match no request, and a test that expects none would pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResponseStatus(u16);

/// The statuses of HTTP. Source: RFC 9110, section 15.
const STATUSES: RangeInclusive<u16> = 100..=599;

impl ResponseStatus {
    pub(crate) fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for ResponseStatus {
    type Error = InvalidStatus;

    fn try_from(status: u16) -> Result<Self, InvalidStatus> {
        match STATUSES.contains(&status) {
            true => Ok(ResponseStatus(status)),
            false => Err(InvalidStatus(status.to_string())),
        }
    }
}

impl FromStr for ResponseStatus {
    type Err = InvalidStatus;

    fn from_str(text: &str) -> Result<Self, InvalidStatus> {
        let invalid = || InvalidStatus(text.to_owned());
        let status: u16 = text.parse().map_err(|_| invalid())?;
        status.try_into()
    }
}

/// The error for a status that no response has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid status {0:?}: expected a number from {first} to {last}", first = STATUSES.start(), last = STATUSES.end())]
pub(crate) struct InvalidStatus(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_statuses_of_http_are_accepted() {
        for valid in ["100", "200", "403", "599"] {
            assert_eq!(
                valid.parse::<ResponseStatus>().unwrap().get().to_string(),
                valid
            );
        }
        for invalid in ["99", "600", "9999", "70000", "-1", "ok", ""] {
            let error = invalid.parse::<ResponseStatus>().unwrap_err().to_string();
            let expected = format!("invalid status {invalid:?}: expected a number from 100 to 599");
            assert_eq!(error, expected);
        }
        assert_eq!(
            ResponseStatus::try_from(9999).unwrap_err().to_string(),
            "invalid status \"9999\": expected a number from 100 to 599"
        );
    }
}
