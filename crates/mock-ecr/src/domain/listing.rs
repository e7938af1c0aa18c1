//! Lists the images and tags of a repository, with pagination. The cost of a page does not depend on the size of the repository.

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, listed, name_digest, tag_names, tags_in};
use crate::domain::repositories::Repositories;
use crate::store::{Generation, Snapshot};
use crate::types::{Digest, RepositoryId, Tag};

/// States whether an image has a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tagged {
    Yes,
    No,
}

impl Repositories {
    /// Returns at least `limit` pairs of an image and a tag that follow `after`, if there are as many, in the order of digests and tags. An
    /// image without tags occurs once.
    pub(crate) async fn image_tags(
        &self,
        id: &RepositoryId,
        after: Option<(Digest, String)>,
        limit: usize,
        accept: impl Fn(Tagged) -> bool + Send + 'static,
    ) -> Result<Vec<(Digest, Option<Tag>)>, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| {
                let listing = Listing {
                    view,
                    generation: at.generation(view)?,
                    limit,
                    accept: &accept,
                };
                listing.after(after.clone())
            })
            .await
    }

    /// Returns at most `limit` tags that follow `after`, in byte order.
    pub(crate) async fn tags(
        &self,
        id: &RepositoryId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Tag>, RepositoryError> {
        let (at, after) = (self.lookup(id), after.map(str::to_owned));
        self.store
            .read(move |view| {
                let folder = at.generation(view)?.tags();
                tag_names(view, &folder, after.as_deref(), limit)
            })
            .await
    }

    /// Returns the digests of at most `limit` images that follow `after`, in byte order.
    pub(crate) async fn image_digests(
        &self,
        id: &RepositoryId,
        after: Option<&Digest>,
        limit: usize,
    ) -> Result<Vec<Digest>, RepositoryError> {
        let images = self.images(id, after, limit).await?;
        Ok(images.into_iter().map(|image| image.digest).collect())
    }

    /// Returns at most `limit` images that follow `after`, in the byte order of their digests.
    pub(crate) async fn images(
        &self,
        id: &RepositoryId,
        after: Option<&Digest>,
        limit: usize,
    ) -> Result<Vec<ListedImage>, RepositoryError> {
        let (at, after) = (self.lookup(id), after.cloned());
        self.store
            .read(move |view| {
                let folder = at.generation(view)?.images();
                let after = after.as_ref().map(Digest::as_str);
                let page = view.page(&folder, after, limit)?;
                page.iter().map(|(key, bytes)| listed(key, bytes)).collect()
            })
            .await
    }

    /// Returns at most `limit` tags that name an image and follow `after`, in byte order.
    pub(crate) async fn tags_of(
        &self,
        id: &RepositoryId,
        digest: &Digest,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Tag>, RepositoryError> {
        let (at, digest) = (self.lookup(id), digest.clone());
        let after = after.map(str::to_owned);
        self.store
            .read(move |view| {
                let generation = at.generation(view)?;
                tags_in(view, &generation, &digest, after.as_deref(), limit)
            })
            .await
    }
}

/// A list of the tags of images.
struct Listing<'a> {
    view: &'a dyn Snapshot,
    generation: Generation,
    limit: usize,
    accept: &'a dyn Fn(Tagged) -> bool,
}

impl Listing<'_> {
    fn after(
        &self,
        after: Option<(Digest, String)>,
    ) -> Result<Vec<(Digest, Option<Tag>)>, RepositoryError> {
        let mut pairs = Vec::new();
        if let Some((digest, tag)) = &after {
            // An empty tag is the cursor of an untagged image. Tags that were added to the image since then follow it.
            let tag = Some(&tag[..]).filter(|tag| !tag.is_empty());
            pairs.extend(self.tagged(digest, tag)?);
        }
        let mut last = after.map(|(digest, _)| digest);
        let images = self.generation.images();
        while pairs.len() < self.limit {
            let page = self
                .view
                .page(&images, last.as_ref().map(Digest::as_str), PAGE)?;
            for (key, _) in &page {
                let digest = name_digest(key)?;
                pairs.extend(self.image(&digest)?);
                last = Some(digest);
                if pairs.len() >= self.limit {
                    break;
                }
            }
            if page.len() < PAGE {
                break;
            }
        }
        Ok(pairs)
    }

    fn image(&self, digest: &Digest) -> Result<Vec<(Digest, Option<Tag>)>, RepositoryError> {
        if !self.view.is_empty(&self.generation.image_tags(digest))? {
            return self.tagged(digest, None);
        }
        let is_accepted = (self.accept)(Tagged::No);
        Ok(is_accepted
            .then(|| (digest.clone(), None))
            .into_iter()
            .collect())
    }

    fn tagged(
        &self,
        digest: &Digest,
        after: Option<&str>,
    ) -> Result<Vec<(Digest, Option<Tag>)>, RepositoryError> {
        if !(self.accept)(Tagged::Yes) {
            return Ok(Vec::new());
        }
        let tags = tags_in(self.view, &self.generation, digest, after, self.limit)?;
        let pair = |tag| (digest.clone(), Some(tag));
        Ok(tags.into_iter().map(pair).collect())
    }
}

/// The number of images that are read at once.
const PAGE: usize = 100;
