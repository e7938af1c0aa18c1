//! Lists the images of all repositories in pages.

use std::fmt;
use std::str::FromStr;

use crate::domain::error::RepositoryError;
use crate::domain::image_record::listed;
use crate::domain::listing::{TaggedImage, tagged};
use crate::domain::repositories::{Repositories, all_in};
use crate::store::{Generation, Key, Snapshot};
use crate::types::{Digest, RegistryId, RepositoryId, RepositoryName};

/// A page of a list of images of several repositories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ImagePage {
    pub(crate) images: Vec<(RepositoryId, TaggedImage)>,
    /// The position of the last image, if more images follow.
    pub(crate) next: Option<ImagePosition>,
}

/// The position of an image in the list of all images. The image need not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImagePosition {
    repository: RepositoryId,
    digest: Digest,
}

impl Repositories {
    /// Returns at most `limit` images that follow `after`, of all repositories or of those with a name, ordered by account, Region, name and
    /// digest. Returns `None` if no repository has the name.
    pub(crate) async fn all_images(
        &self,
        name: Option<RepositoryName>,
        after: Option<ImagePosition>,
        limit: usize,
    ) -> Result<Option<ImagePage>, RepositoryError> {
        self.store
            .read(move |view| {
                let mut all = all_in(view)?;
                all.retain(|(one, _)| name.as_ref().is_none_or(|name| one.id.name == *name));
                if name.is_some() && all.is_empty() {
                    return Ok(None);
                }
                let first = after
                    .as_ref()
                    .map(|after| Key::repository(&after.repository));
                let mut pages = Paging::new(view, limit);
                for (one, generation) in &all {
                    let key = Key::repository(&one.id);
                    if first.as_ref().is_some_and(|first| key < *first) {
                        continue;
                    }
                    let after = after.as_ref().filter(|after| after.repository == one.id);
                    pages.append(&one.id, generation, after.map(|after| &after.digest))?;
                    if pages.page.next.is_some() {
                        break;
                    }
                }
                Ok(Some(pages.page))
            })
            .await
    }
}

/// Reads one page.
struct Paging<'a> {
    view: &'a dyn Snapshot,
    limit: usize,
    tags: usize,
    page: ImagePage,
}

impl<'a> Paging<'a> {
    fn new(view: &'a dyn Snapshot, limit: usize) -> Self {
        Paging {
            view,
            limit,
            tags: 0,
            page: ImagePage::default(),
        }
    }

    /// Appends the images of a repository until the page is full.
    fn append(
        &mut self,
        id: &RepositoryId,
        generation: &Generation,
        after: Option<&Digest>,
    ) -> Result<(), RepositoryError> {
        let mut last = after.cloned();
        loop {
            let after = last.as_ref().map(Digest::as_str);
            let records = self.view.page(&generation.images(), after, CHUNK)?;
            for (key, bytes) in &records {
                if self.is_full() {
                    self.page.next = self.page.images.last().map(position);
                    return Ok(());
                }
                let image = tagged(self.view, generation, listed(key, bytes)?)?;
                self.tags += image.tags.len();
                last = Some(image.digest.clone());
                self.page.images.push((id.clone(), image));
            }
            if records.len() < CHUNK {
                return Ok(());
            }
        }
    }

    fn is_full(&self) -> bool {
        self.page.images.len() >= self.limit || self.tags >= MAX_TAGS
    }
}

fn position((repository, image): &(RepositoryId, TaggedImage)) -> ImagePosition {
    ImagePosition {
        repository: repository.clone(),
        digest: image.digest.clone(),
    }
}

/// Formats a position such as `123456789012/us-east-1/team/app@sha256:…`.
impl fmt::Display for ImagePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RepositoryId { registry, name } = &self.repository;
        let (account, place) = (registry.account(), registry.place());
        write!(f, "{account}/{place}/{name}@{}", self.digest)
    }
}

impl FromStr for ImagePosition {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let parsed = || {
            let (repository, digest) = text.split_once('@')?;
            let mut parts = repository.splitn(3, '/');
            let registry = RegistryId::parse(parts.next()?, parts.next()?)?;
            let name = parts.next()?.parse().ok()?;
            Some(ImagePosition {
                repository: RepositoryId { registry, name },
                digest: digest.parse().ok()?,
            })
        };
        parsed().ok_or(InvalidPosition)
    }
}

/// The error of a text that is not the position of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid position: expected the value of `next` of the previous page")]
pub(crate) struct InvalidPosition;

/// The number of images that are read at once.
const CHUNK: usize = 100;

/// The number of tags after which a page ends. The last image can exceed it.
const MAX_TAGS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_parsed_as_it_was_formatted() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for place in ["us-east-1", "public!x1y2z3a4"] {
            let text = format!("123456789012/{place}/team/app@{digest}");
            let position: ImagePosition = text.parse().unwrap();
            assert_eq!(position.to_string(), text);
        }
        for wrong in ["", "team/app", "1/us-east-1/app@x", "123456789012/app@x"] {
            assert_eq!(wrong.parse::<ImagePosition>(), Err(InvalidPosition));
        }
    }
}
