//! `ListImages`: returns one entry for every tag, and one for every untagged image.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::domain::{Repositories, RepositoryError};
use crate::services::context::RequestContext;
use crate::services::ecr::views::image_id::ImageId;
use crate::services::ecr::views::page::Page;
use crate::services::operation::Operation;
use crate::types::{AccountId, Digest, RepositoryId, RepositoryName, Tag};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListImages {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    filter: Option<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The filter of an input. All images of the mock have the status `ACTIVE`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filter {
    tag_status: Option<String>,
    image_status: Option<String>,
}

impl Filter {
    /// Returns whether the filter matches an image that has tags, or has none.
    pub(crate) fn matches(&self, tags: Tagged) -> bool {
        let tag_status = match self.tag_status.as_deref() {
            Some("TAGGED") => tags == Tagged::Yes,
            Some("UNTAGGED") => tags == Tagged::No,
            _ => true,
        };
        tag_status && matches!(self.image_status.as_deref(), None | Some("ACTIVE" | "ANY"))
    }
}

/// States whether an image has a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tagged {
    Yes,
    No,
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
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name.clone();
        let id = cx.open_existing(self.registry_id, name).await?;
        let scope = format!("ListImages {id}");
        let page = Page::parse(cx, scope, self.max_results, self.next_token.as_deref())?;
        let filter = self.filter.unwrap_or_default();
        let listing = Listing {
            repositories: &cx.state.repositories,
            id: &id,
            filter: &filter,
            limit: page.fetch_limit(),
        };
        let mut image_ids = listing.entries_after(page.after.as_deref()).await?;
        let next_token = page.truncate(cx, &mut image_ids, cursor);
        Ok(Output {
            image_ids,
            next_token,
        })
    }
}

/// The entries of a repository, in the order of digests and tags.
struct Listing<'a> {
    repositories: &'a Repositories,
    id: &'a RepositoryId,
    filter: &'a Filter,
    limit: usize,
}

impl Listing<'_> {
    /// Returns the entries after a cursor. Stops at the image at which `limit` is reached.
    async fn entries_after(&self, cursor: Option<&str>) -> Result<Vec<ImageId>, RepositoryError> {
        let from = cursor.and_then(|cursor| cursor.split_once(' '));
        let from = from.and_then(|(digest, tag)| Some((digest.parse::<Digest>().ok()?, tag)));
        let mut entries = Vec::new();
        if let Some((digest, tag)) = &from {
            entries.extend(self.tagged_entries(digest, Some(tag)).await?);
        }
        let after = from.as_ref().map(|(digest, _)| digest);
        let digests = self.repositories.image_digests(self.id, after, usize::MAX);
        for digest in digests.await? {
            if entries.len() >= self.limit {
                break;
            }
            entries.extend(self.image_entries(&digest).await?);
        }
        Ok(entries)
    }

    async fn image_entries(&self, digest: &Digest) -> Result<Vec<ImageId>, RepositoryError> {
        let tags = self.repositories.tags_of(self.id, digest, None, 1);
        if !tags.await?.is_empty() {
            return self.tagged_entries(digest, None).await;
        }
        let untagged = ImageId::new(digest, None);
        let is_match = self.filter.matches(Tagged::No);
        Ok(is_match.then_some(untagged).into_iter().collect())
    }

    async fn tagged_entries(
        &self,
        digest: &Digest,
        after: Option<&str>,
    ) -> Result<Vec<ImageId>, RepositoryError> {
        if !self.filter.matches(Tagged::Yes) {
            return Ok(Vec::new());
        }
        // An empty tag is the cursor of an untagged image. Tags that were added to the image since then follow it.
        let after = after.filter(|tag| !tag.is_empty());
        let tags = self
            .repositories
            .tags_of(self.id, digest, after, self.limit);
        let entry = |tag: &Tag| ImageId::new(digest, Some(tag));
        Ok(tags.await?.iter().map(entry).collect())
    }
}

/// Returns the cursor of an entry. The entries are in the order of their cursors.
fn cursor(entry: &ImageId) -> String {
    let digest = entry.image_digest.as_deref().unwrap_or_default();
    let tag = entry.image_tag.as_deref().unwrap_or_default();
    format!("{digest} {tag}")
}
