//! `tags/list` and `_catalog`, with pagination.

use std::num::{IntErrorKind, ParseIntError};

use http::{Response, StatusCode, header};
use serde::Serialize;

use crate::config::Quirk;
use crate::http::body::{Payload, whole};
use crate::iam::action::Action;
use crate::registry::context::{RequestContext, respond};
use crate::registry::error::{JSON, PLAIN_TEXT, RegistryError};
use crate::registry::oci_code::OciCode;
use crate::types::{RepositoryId, RepositoryName};

#[derive(Serialize)]
struct Tags<'a> {
    name: &'a RepositoryName,
    tags: Vec<String>,
}

#[derive(Serialize)]
struct Catalog {
    repositories: Vec<String>,
}

pub(super) async fn tags(
    context: &RequestContext<'_>,
    id: &RepositoryId,
) -> Result<Response<Payload>, RegistryError> {
    context.open(id, Action::ecr("ListImages")).await?;
    let scope = format!("tags {id}");
    let page = Page::requested(context, &scope)?;
    let repositories = &context.state.repositories;
    let tags = repositories.tags(id, page.after.as_deref(), page.limit_and_one());
    let names = tags.await?.iter().map(ToString::to_string).collect();
    let path = format!("/v2/{}/tags/list", id.name);
    let (tags, link) = page.names_and_link(names, context, &scope, &path);
    let list = Tags {
        name: &id.name,
        tags,
    };
    Ok(list_response(context, &list, link))
}

pub(super) async fn catalog(
    context: &RequestContext<'_>,
) -> Result<Response<Payload>, RegistryError> {
    // Only the registry of the id is used, so the name does not matter.
    let RepositoryId { registry, .. } = context.repository("any")?;
    let action = Action::ecr("DescribeRepositories");
    context.authorize_all(&registry, action).await?;
    let scope = format!("catalog {} {}", registry.account(), registry.place());
    let page = Page::requested(context, &scope)?;
    let after = page.after.as_deref().and_then(|name| name.parse().ok());
    let repositories = &context.state.repositories;
    let found = repositories.list(&registry, after.as_ref(), page.limit_and_one());
    let found = found.await?;
    let names = found
        .iter()
        .map(|found| found.id.name.to_string())
        .collect();
    let (repositories, link) = page.names_and_link(names, context, &scope, "/v2/_catalog");
    Ok(list_response(context, &Catalog { repositories }, link))
}

/// A requested page of a list: at most `limit` names, which follow `after`.
struct Page {
    after: Option<String>,
    limit: usize,
}

impl Page {
    /// Returns the page that the query parameters `n` and `last` request.
    fn requested(context: &RequestContext<'_>, scope: &str) -> Result<Self, RegistryError> {
        let n = context.parameter("n");
        let n = n.map(|text| number(&text)).transpose()?;
        if !context.has(Quirk::OpaquePages) {
            // The specification permits a page that is shorter than requested: it has a link to the next one.
            return Ok(Page {
                after: after(context, scope)?,
                limit: n.unwrap_or(MAX_RESULTS).min(MAX_RESULTS),
            });
        }
        if n == Some(0) {
            return Err(invalid_number(TOO_SMALL));
        }
        if n.is_some_and(|n| n > MAX_RESULTS) {
            return Err(invalid_number(TOO_LARGE));
        }
        Ok(Page {
            after: after(context, scope)?,
            limit: n.unwrap_or(DEFAULT_RESULTS),
        })
    }

    /// Returns the number of names to read. One more than the limit shows whether there is a next page.
    fn limit_and_one(&self) -> usize {
        self.limit + 1
    }

    /// Returns the names of this page, and the value of the `Link` header if there is a next page.
    fn names_and_link(
        &self,
        mut names: Vec<String>,
        context: &RequestContext<'_>,
        scope: &str,
        path: &str,
    ) -> (Vec<String>, Option<String>) {
        let limit = self.limit;
        if names.len() <= limit {
            return (names, None);
        }
        names.truncate(limit);
        let link = names
            .last()
            .map(|last| link(context, scope, &format!("{path}?n={limit}&"), last));
        (names, link)
    }
}

/// Returns the name after which the requested page begins.
pub(super) fn after(
    context: &RequestContext<'_>,
    scope: &str,
) -> Result<Option<String>, RegistryError> {
    let last = context.parameter("last");
    if !context.has(Quirk::OpaquePages) {
        return Ok(last);
    }
    let open = |token: String| context.state.page_tokens.open(scope, &token);
    let after = last.map(|token| open(token).ok_or_else(invalid_token));
    after.transpose()
}

/// Returns the value of the `Link` header of a page that is followed by another one. `path` ends where the parameter `last` begins.
pub(super) fn link(context: &RequestContext<'_>, scope: &str, path: &str, last: &str) -> String {
    if context.has(Quirk::OpaquePages) {
        let token = context.state.page_tokens.seal(scope, last);
        let base = context.call.base_url();
        let base = base.or_local(context.state.listening());
        format!("<{base}{path}last={token}>; rel=\"next\"")
    } else {
        let last = last.replace('/', "%2F");
        format!("<{path}last={last}>; rel=\"next\"")
    }
}

fn list_response(
    context: &RequestContext<'_>,
    list: &impl Serialize,
    link: Option<String>,
) -> Response<Payload> {
    let content_type = if context.has(Quirk::PlainTextLists) {
        PLAIN_TEXT
    } else {
        JSON
    };
    let mut body = serde_json::to_vec(list).expect("strings are always JSON");
    body.push(b'\n');
    let mut response = respond(StatusCode::OK)
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_LENGTH, body.len());
    if let Some(link) = link {
        response = response.header(header::LINK, link);
    }
    let response = response.body(body.into());
    whole(response.expect("names and valid hosts are valid header values"))
}

/// Parses the number of results.
fn number(text: &str) -> Result<usize, RegistryError> {
    text.parse().map_err(|error: ParseIntError| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_number = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
        match error.kind() {
            IntErrorKind::PosOverflow => invalid_number(TOO_LARGE),
            _ if is_number => invalid_number(TOO_SMALL),
            _ => invalid_number(NO_NUMBER),
        }
    })
}

/// Source: google/go-containerregistry#681.
const TOO_LARGE: &str = "Member must have value less than or equal to 1000";
/// The form of the message is that of [`TOO_LARGE`].
const TOO_SMALL: &str = "Member must have value greater than or equal to 1";

/// `[ASSUME]`.
const NO_NUMBER: &str = "Member must be an integer";

fn invalid_number(constraint: &'static str) -> RegistryError {
    RegistryError::InvalidParameter {
        parameter: "maxResults",
        constraint,
        code: OciCode::SizeInvalid,
    }
}

/// Source of the text: CodesWhat/drydock#927, of ECR Public.
fn invalid_token() -> RegistryError {
    RegistryError::InvalidParameter {
        parameter: "NextToken",
        constraint: "Invalid next token provided",
        code: OciCode::Unsupported,
    }
}

const DEFAULT_RESULTS: usize = 100;
const MAX_RESULTS: usize = 1000;
