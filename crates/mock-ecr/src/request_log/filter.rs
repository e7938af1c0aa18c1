//! The condition that selects requests.

use std::fmt;
use std::sync::Arc;

use crate::request_log::received_request::ReceivedRequest;

/// A list of filters. A request matches if it passes all of them.
#[derive(Clone, Default)]
pub(crate) struct RequestFilter(Vec<Filter>);

#[derive(Clone)]
struct Filter {
    /// What the filter requires, for the messages of failed assertions.
    description: String,
    matches: Arc<dyn Fn(&ReceivedRequest) -> bool + Send + Sync>,
}

impl RequestFilter {
    /// Adds a filter that messages do not describe.
    pub(crate) fn and(
        &mut self,
        filter: impl Fn(&ReceivedRequest) -> bool + Send + Sync + 'static,
    ) {
        self.and_described(String::new(), filter);
    }

    /// Adds a filter with a description, such as `status 403`.
    pub(super) fn and_described(
        &mut self,
        description: String,
        filter: impl Fn(&ReceivedRequest) -> bool + Send + Sync + 'static,
    ) {
        self.0.push(Filter {
            description,
            matches: Arc::new(filter),
        });
    }

    pub(crate) fn matches(&self, entry: &ReceivedRequest) -> bool {
        self.0.iter().all(|filter| (filter.matches)(entry))
    }

    /// Returns a text such as ` with operation PutImage and status 403`. It is empty if there are no filters.
    pub(super) fn describe(&self) -> String {
        let filters = self.0.iter().map(|filter| filter.description.as_str());
        let filters = filters.filter(|description| !description.is_empty());
        match filters.collect::<Vec<_>>().join(" and ") {
            none if none.is_empty() => none,
            filters => format!(" with {filters}"),
        }
    }
}

impl fmt::Debug for RequestFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestFilter({})", self.describe().trim_start())
    }
}
