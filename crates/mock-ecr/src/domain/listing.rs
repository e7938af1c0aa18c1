//! Lists images and tags, with pagination. Each list is read at one time. The cost of a page does not depend on the size of the repository.

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{
    ListedImage, Metadata, digests_in, image_of, listed, name_digest, tag_names, tags_in,
};
use crate::domain::repositories::{Repositories, all_in};
use crate::domain::repository::Repository;
use crate::store::{Generation, Snapshot};
use crate::types::{Digest, Reference, RepositoryId, RepositoryName, Tag};

/// States whether an image has a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tagged {
    Yes,
    No,
}

/// An image and the tags that name it, sorted by their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaggedImage {
    pub(crate) digest: Digest,
    pub(crate) metadata: Metadata,
    pub(crate) tags: Vec<Tag>,
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

    /// Returns the digests of all images, in byte order.
    pub(crate) async fn image_digests(
        &self,
        id: &RepositoryId,
    ) -> Result<Vec<Digest>, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| digests_in(view, &at.generation(view)?.images()))
            .await
    }

    /// Returns at most `limit` images that follow `after`, in the byte order of their digests.
    pub(crate) async fn images(
        &self,
        id: &RepositoryId,
        after: Option<&Digest>,
        limit: usize,
    ) -> Result<Vec<TaggedImage>, RepositoryError> {
        let (at, after) = (self.lookup(id), after.cloned());
        self.store
            .read(move |view| images_in(view, &at.generation(view)?, after.as_ref(), limit))
            .await
    }

    /// Returns the image that each reference identifies, or `None` if there is none.
    pub(crate) async fn images_of(
        &self,
        id: &RepositoryId,
        references: Vec<Reference>,
    ) -> Result<Vec<Option<TaggedImage>>, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| {
                let generation = at.generation(view)?;
                let images = references.iter().map(|reference| {
                    let digest = at.resolve(view, &generation, reference);
                    let image = digest.and_then(|digest| image_of(view, &generation, &digest));
                    match image {
                        Ok(Some(image)) => Ok(Some(tagged(view, &generation, image)?)),
                        Ok(None) | Err(RepositoryError::ImageNotFound { .. }) => Ok(None),
                        Err(error) => Err(error),
                    }
                });
                images.collect()
            })
            .await
    }

    /// Returns the images of all repositories, or of those with a name, ordered by account, Region, name and digest.
    pub(crate) async fn all_images(
        &self,
        name: Option<RepositoryName>,
    ) -> Result<Vec<(Repository, Vec<TaggedImage>)>, RepositoryError> {
        self.store
            .read(move |view| {
                let mut all = all_in(view)?;
                all.retain(|(one, _)| name.as_ref().is_none_or(|name| one.id.name == *name));
                let with_images = all.into_iter().map(|(repository, generation)| {
                    let images = images_in(view, &generation, None, usize::MAX)?;
                    Ok((repository, images))
                });
                with_images.collect()
            })
            .await
    }

    /// Returns all repositories and the number of images of each, in the same order.
    pub(crate) async fn image_counts(&self) -> Result<Vec<(Repository, usize)>, RepositoryError> {
        self.store
            .read(|view| {
                let counts = all_in(view)?
                    .into_iter()
                    .map(|(repository, generation)| Ok((repository, count(view, &generation)?)));
                counts.collect()
            })
            .await
    }
}

/// Counts images without keeping or parsing their records.
fn count(view: &dyn Snapshot, generation: &Generation) -> Result<usize, RepositoryError> {
    let (mut count, mut last) = (0, None::<String>);
    loop {
        let page = view.page(&generation.images(), last.as_deref(), PAGE)?;
        count += page.len();
        if page.len() < PAGE {
            return Ok(count);
        }
        last = page.last().map(|(key, _)| key.name().to_owned());
    }
}

fn images_in(
    view: &dyn Snapshot,
    generation: &Generation,
    after: Option<&Digest>,
    limit: usize,
) -> Result<Vec<TaggedImage>, RepositoryError> {
    let page = view.page(&generation.images(), after.map(Digest::as_str), limit)?;
    let images = page
        .iter()
        .map(|(key, bytes)| tagged(view, generation, listed(key, bytes)?));
    images.collect()
}

fn tagged(
    view: &dyn Snapshot,
    generation: &Generation,
    ListedImage { digest, metadata }: ListedImage,
) -> Result<TaggedImage, RepositoryError> {
    Ok(TaggedImage {
        tags: tags_in(view, generation, &digest, None, usize::MAX)?,
        digest,
        metadata,
    })
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
