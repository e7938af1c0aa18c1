//! The connect and read timeouts.

use std::time::Duration;

use crate::args::globals::Globals;
use crate::config::integer::integer;
use crate::error::Error;

/// The values of `--cli-connect-timeout` and `--cli-read-timeout` in seconds, before validation.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeoutSeconds {
    connect: i64,
    read: i64,
}

/// The timeouts of a call. `None` disables a timeout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Timeouts {
    pub(crate) connect: Option<Duration>,
    pub(crate) read: Option<Duration>,
}

impl TimeoutSeconds {
    /// Parses the options. Both default to 60 seconds, as `aws help` documents.
    ///
    /// # Errors
    /// Returns an error for a value that is not an integer.
    pub(super) fn read(globals: &Globals) -> Result<Self, Error> {
        let seconds = |option: &Option<String>| option.as_deref().map_or(Ok(60), integer);
        Ok(Self {
            read: seconds(&globals.read_timeout)?,
            connect: seconds(&globals.connect_timeout)?,
        })
    }

    /// Validates the values. v1 does so when it creates the client.
    ///
    /// # Errors
    /// Returns an error for a negative value and for a connect timeout that is too long.
    pub(super) fn checked(self) -> Result<Timeouts, Error> {
        let connect = duration("connect", self.connect)?;
        check_max("connect", connect)?;
        let read = duration("read", self.read)?;
        Ok(Timeouts { connect, read })
    }
}

impl Timeouts {
    /// Checks the maximum of the read timeout. v1 does so after sending the request, when it starts to wait.
    ///
    /// # Errors
    /// Returns an error if the read timeout is too long.
    pub(crate) fn check_read(&self) -> Result<(), Error> {
        check_max("read", self.read)
    }
}

fn duration(kind: &'static str, seconds: i64) -> Result<Option<Duration>, Error> {
    match u64::try_from(seconds) {
        Ok(0) => Ok(None),
        Ok(seconds) => Ok(Some(Duration::from_secs(seconds))),
        Err(_) => Err(Error::TimeoutNegative { kind, seconds }),
    }
}

fn check_max(kind: &'static str, timeout: Option<Duration>) -> Result<(), Error> {
    match timeout.map(|timeout| timeout.as_secs()) {
        Some(seconds) if seconds > MAX_SECONDS => Err(Error::TimeoutTooLong { kind, seconds }),
        _ => Ok(()),
    }
}

/// Python counts nanoseconds in 64 bits.
const MAX_SECONDS: u64 = i64::MAX as u64 / 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(connect: &str, read: &str) -> Result<Timeouts, Error> {
        let globals = Globals {
            connect_timeout: Some(connect.to_owned()),
            read_timeout: Some(read.to_owned()),
            ..Globals::default()
        };
        TimeoutSeconds::read(&globals)?.checked()
    }

    #[test]
    fn zero_disables_the_timeout() {
        let timeouts = checked("0", "5").unwrap();
        assert_eq!(timeouts.connect, None);
        assert_eq!(timeouts.read, Some(Duration::from_secs(5)));
    }

    #[test]
    fn negative_and_too_long_timeouts_are_rejected() {
        assert!(matches!(
            checked("-1", "1"),
            Err(Error::TimeoutNegative {
                kind: "connect",
                ..
            })
        ));
        assert!(matches!(
            checked("99999999999", "1"),
            Err(Error::TimeoutTooLong {
                kind: "connect",
                ..
            })
        ));
        let read = checked("1", "99999999999").unwrap();
        assert!(matches!(
            read.check_read(),
            Err(Error::TimeoutTooLong { kind: "read", .. })
        ));
    }
}
