//! `ListImages`: returns one entry for every tag, and one for every untagged image.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::domain::{StatusFilter, Tagged};
use crate::services::context::RequestContext;
use crate::services::ecr::views::image_id::ImageId;
use crate::services::ecr::views::page::Page;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Digest, Fidelity, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListImages {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    filter: Option<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The filter of an input. Without `imageStatus`, it matches only images with the status `ACTIVE`. Source: the documentation of the filter in the
/// service model.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filter {
    tag_status: Option<String>,
    image_status: Option<String>,
}

impl Filter {
    /// Returns the status of the images that the filter matches.
    pub(crate) fn status(&self) -> StatusFilter {
        let status = self.image_status.as_deref();
        status.and_then(StatusFilter::named).unwrap_or_default()
    }

    /// Returns a text that differs if the filter matches other images. A page token is valid only with the same filter. `[ASSUME]`
    pub(crate) fn scope(&self) -> String {
        let tagged = match self.tagged() {
            Some(Tagged::Yes) => "TAGGED",
            Some(Tagged::No) => "UNTAGGED",
            None => "ANY",
        };
        format!("{tagged} {}", self.status().name())
    }

    /// Returns whether the filter matches only images that have tags, or only those that have none.
    pub(crate) fn tagged(&self) -> Option<Tagged> {
        match self.tag_status.as_deref() {
            Some("TAGGED") => Some(Tagged::Yes),
            Some("UNTAGGED") => Some(Tagged::No),
            _ => None,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    image_ids: Vec<ImageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Operation for ListImages {
    const NAME: &'static str = "ListImages";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name.clone();
        let id = cx.open_existing(self.registry_id, name).await?;
        let filter = self.filter.unwrap_or_default();
        let scope = format!("ListImages {id} {}", filter.scope());
        let page = Page::parse(cx, scope, self.max_results, self.next_token.as_deref())?;
        let repositories = &cx.state.repositories;
        let after = page.after.as_deref().and_then(parse_cursor);
        let (limit, only) = (page.fetch_limit(), filter.tagged());
        let list = repositories.image_tags(&id, after, limit, only, filter.status());
        let list = list.await?;
        let ids = list.pairs.iter();
        let mut image_ids: Vec<_> = ids
            .map(|(digest, tag)| ImageId::new(digest, tag.as_ref()))
            .collect();
        let next_token = page.truncate(cx, &mut image_ids, cursor).or_else(|| {
            let last = list.last;
            last.map(|(digest, tag)| page.token(cx, &format!("{digest} {tag}")))
        });
        Ok(Output {
            image_ids,
            next_token,
        })
    }
}

/// Parses the cursor of an entry. The tag of an untagged image is empty.
fn parse_cursor(cursor: &str) -> Option<(Digest, String)> {
    let (digest, tag) = cursor.split_once(' ')?;
    Some((digest.parse().ok()?, tag.to_owned()))
}

/// Returns the cursor of an entry. The entries are in the order of their cursors.
fn cursor(entry: &ImageId) -> String {
    let digest = entry.image_digest.as_deref().unwrap_or_default();
    let tag = entry.image_tag.as_deref().unwrap_or_default();
    format!("{digest} {tag}")
}
