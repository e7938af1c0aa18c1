//! Counts the received requests by service, operation, status and error, for metrics.

use std::collections::HashMap;

use crate::request_log::received_request::ReceivedRequest;
use crate::types::Service;

/// The labels of a counter. Their number is bounded, because all values are constants of the mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Count {
    pub(crate) service: Service,
    pub(crate) operation: Option<&'static str>,
    pub(crate) status: u16,
    pub(crate) error: Option<&'static str>,
}

#[derive(Debug, Default)]
pub(super) struct Counts(HashMap<Count, u64>);

impl Counts {
    pub(super) fn add(&mut self, entry: &ReceivedRequest) {
        let count = Count {
            service: entry.service,
            operation: entry.operation.or(entry.route),
            status: entry.status.as_u16(),
            error: entry.error,
        };
        *self.0.entry(count).or_default() += 1;
    }

    pub(super) fn sorted(&self) -> Vec<(Count, u64)> {
        let mut all: Vec<_> = self.0.iter().map(|(count, n)| (*count, *n)).collect();
        all.sort();
        all
    }
}
