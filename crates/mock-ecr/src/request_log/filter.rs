//! The condition that selects requests.

use std::fmt;
use std::sync::Arc;

use crate::request_log::received_request::ReceivedRequest;

/// A list of filters. A request matches if it passes all of them.
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
