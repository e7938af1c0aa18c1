//! The pages of a listing: `maxResults` and `nextToken`.

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::services::context::RequestContext;

/// The page that is asked for.
pub(crate) struct Page {
    scope: String,
    /// The last name of the page before.
    pub(crate) after: Option<String>,
    limit: usize,
}

/// How many results a page has unless told otherwise. Source: the documentation of `maxResults` in the service model.
const DEFAULT_RESULTS: usize = 100;

impl Page {
    /// A token is good for the listing that it was made for, and for no other.
    pub(crate) fn parse(
        cx: &RequestContext<'_>,
        scope: String,
        max_results: Option<usize>,
        next_token: Option<&str>,
    ) -> Result<Self, ApiError> {
        let open = |token| cx.state.page_tokens.open(&scope, token);
        // Source of the text: CodesWhat/drydock#927, of ECR Public's registry.
        let rejected = || invalid("nextToken", "Invalid next token provided");
        let after = next_token.map(|token| open(token).ok_or_else(rejected));
        Ok(Page {
            after: after.transpose()?,
            scope,
            limit: max_results.unwrap_or(DEFAULT_RESULTS),
        })
    }

    /// How many results to fetch: one more tells whether there is a next page.
    pub(crate) fn fetch_limit(&self) -> usize {
        self.limit.saturating_add(1)
    }

    /// Keeps the results of this page; what is over makes a token for the next one.
    pub(crate) fn truncate<T>(
        &self,
        cx: &RequestContext<'_>,
        results: &mut Vec<T>,
        name: impl Fn(&T) -> String,
    ) -> Option<String> {
        if results.len() <= self.limit {
            return None;
        }
        results.truncate(self.limit);
        let last = results.last().map(name)?;
        Some(cx.state.page_tokens.seal(&self.scope, &last))
    }
}
