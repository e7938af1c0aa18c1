//! Which requests are meant.

use std::fmt;
use std::sync::Arc;

use crate::request_log::received_request::ReceivedRequest;

/// Which requests are meant: those that every filter lets through.
#[derive(Clone, Default)]
pub(crate) struct RequestFilter(Vec<Filter>);

type Filter = Arc<dyn Fn(&ReceivedRequest) -> bool + Send + Sync>;

impl RequestFilter {
    pub(crate) fn and(
        &mut self,
        filter: impl Fn(&ReceivedRequest) -> bool + Send + Sync + 'static,
    ) {
        self.0.push(Arc::new(filter));
    }

    pub(crate) fn matches(&self, entry: &ReceivedRequest) -> bool {
        self.0.iter().all(|filter| filter(entry))
    }
}

impl fmt::Debug for RequestFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestFilter({} filters)", self.0.len())
    }
}
