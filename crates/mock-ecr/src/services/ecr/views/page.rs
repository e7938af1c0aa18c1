//! Pagination with `maxResults` and `nextToken`.

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::services::context::RequestContext;

/// The requested page of a listing.
pub(crate) struct Page {
    scope: String,
    /// The last name of the previous page.
    pub(crate) after: Option<String>,
    limit: usize,
}

/// The default number of results of a page. Source: the documentation of `maxResults` in the service model.
const DEFAULT_RESULTS: usize = 100;

impl Page {
    /// Parses the parameters of an input. A token is valid only for the listing `scope` that it was issued for.
    pub(crate) fn parse(
        cx: &RequestContext<'_>,
        scope: String,
        max_results: Option<usize>,
        next_token: Option<&str>,
    ) -> Result<Self, ApiError> {
        let open = |token| cx.state.page_tokens.open(&scope, token);
        let after = next_token.map(|token| open(token).ok_or_else(Page::invalid_token));
        Ok(Page {
            after: after.transpose()?,
            scope,
            limit: max_results.unwrap_or(DEFAULT_RESULTS),
        })
    }

    /// Source of the message: CodesWhat/drydock#927, about ECR Public's registry.
    pub(crate) fn invalid_token() -> ApiError {
        invalid("nextToken", "Invalid next token provided")
    }

    /// Checks that an input that names its results does not request a page, too. `list` is the member with the names.
    ///
    /// Source: the documentation of `maxResults` and `nextToken` in the service model. The message is `[ASSUME]`.
    pub(crate) fn require_none(
        list: &str,
        max_results: Option<usize>,
        next_token: Option<&str>,
    ) -> Result<(), ApiError> {
        let max_results = max_results.map(|_| "maxResults");
        let Some(member) = max_results.or(next_token.map(|_| "nextToken")) else {
            return Ok(());
        };
        Err(invalid(member, &format!("cannot be used with {list}")))
    }

    /// Returns the maximum number of results.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Returns the number of results to fetch: one more than the page has, to find out whether there is a next page.
    pub(crate) fn fetch_limit(&self) -> usize {
        self.limit.saturating_add(1)
    }

    /// Truncates the results to this page. Returns a token for the next page if there were more.
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
        Some(self.token(cx, &last))
    }

    /// Returns a token for the page that follows the result `last`.
    pub(crate) fn token(&self, cx: &RequestContext<'_>, last: &str) -> String {
        cx.state.page_tokens.seal(&self.scope, last)
    }
}
