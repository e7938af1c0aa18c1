//! Lists images and tags, with pagination. Each list is read at one time. The cost of a page does not depend on the size of the repository.

use std::collections::BTreeSet;

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{
    ListedImage, Metadata, digests_in, image_of, listed, name_digest, tag_names, tags_in,
};
use crate::domain::image_status::{ImageStatus, StatusFilter};
use crate::domain::repositories::{Repositories, all_in};
use crate::domain::repository::Repository;
use crate::store::{Folder, Generation, Key, Snapshot};
use crate::types::{Digest, Reference, RepositoryId, Tag};

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
    /// Returns pairs of an image and a tag that follow `after`, in the order of digests and tags. An image without tags occurs once. With
    /// `only`, the list contains only the images that have tags, or that have none.
    pub(crate) async fn image_tags(
        &self,
        id: &RepositoryId,
        after: Option<(Digest, String)>,
        limit: usize,
        only: Option<Tagged>,
        status: StatusFilter,
    ) -> Result<ImageTags, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| {
                let listing = Listing {
                    view,
                    generation: at.generation(view)?,
                    limit,
                    status,
                    bounds: Bounds::DEFAULT,
                };
                listing.read(after.clone(), only)
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

    /// Returns at most `limit` images that follow `after`, in the byte order of their digests. Images that the filter does not match may be
    /// among them.
    pub(crate) async fn images(
        &self,
        id: &RepositoryId,
        after: Option<&Digest>,
        limit: usize,
        status: StatusFilter,
    ) -> Result<Vec<TaggedImage>, RepositoryError> {
        let (at, after) = (self.lookup(id), after.cloned());
        self.store
            .read(move |view| {
                let generation = at.generation(view)?;
                match status {
                    StatusFilter::Active | StatusFilter::Any => {
                        images_in(view, &generation, after.as_ref(), limit)
                    }
                    StatusFilter::Archived | StatusFilter::Activating => {
                        inactive_in(view, &generation, after.as_ref(), limit)
                    }
                }
            })
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
pub(super) fn count(
    view: &dyn Snapshot,
    generation: &Generation,
) -> Result<usize, RepositoryError> {
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

fn inactive_in(
    view: &dyn Snapshot,
    generation: &Generation,
    after: Option<&Digest>,
    limit: usize,
) -> Result<Vec<TaggedImage>, RepositoryError> {
    let folder = generation.inactive_images();
    let mut images = Vec::new();
    for key in view.keys(&folder, after.map(Digest::as_str), limit)? {
        let image = image_of(view, generation, &name_digest(&key)?)?;
        let image = image.map(|image| tagged(view, generation, image));
        images.extend(image.transpose()?);
    }
    Ok(images)
}

pub(super) fn tagged(
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

/// A list of images and tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ImageTags {
    /// At least as many as requested, if `last` is `None` and there are as many.
    pub(crate) pairs: Vec<(Digest, Option<Tag>)>,
    /// The last image that was read, and the last tag or nothing, if the list ends early because many images do not belong to it.
    pub(crate) last: Option<(Digest, String)>,
}

/// Reads lists of images and tags.
pub(super) struct Listing<'a> {
    pub(super) view: &'a dyn Snapshot,
    pub(super) generation: Generation,
    pub(super) limit: usize,
    pub(super) status: StatusFilter,
    pub(super) bounds: Bounds,
}

/// How much a list reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The number of images that are read at once.
    pub(super) page: usize,
    /// The number of images after which a list ends if most images do not belong to it.
    pub(super) images: usize,
}

impl Bounds {
    const DEFAULT: Bounds = Bounds {
        page: PAGE,
        images: 1000,
    };
}

impl Listing<'_> {
    pub(super) fn read(
        &self,
        after: Option<(Digest, String)>,
        only: Option<Tagged>,
    ) -> Result<ImageTags, RepositoryError> {
        let is_of_tags = matches!(self.status, StatusFilter::Active | StatusFilter::Any);
        match only {
            Some(Tagged::Yes) if is_of_tags => self.tagged(after),
            only => self.all(after, only),
        }
    }

    /// Reads images and their tags. If many images do not belong to the list, it ends early.
    fn all(
        &self,
        after: Option<(Digest, String)>,
        only: Option<Tagged>,
    ) -> Result<ImageTags, RepositoryError> {
        let mut list = ImageTags::default();
        if let Some((digest, tag)) = after.as_ref().filter(|_| only != Some(Tagged::No)) {
            // An empty tag is the cursor of an untagged image. Tags that were added to the image since then follow it.
            let tag = Some(&tag[..]).filter(|tag| !tag.is_empty());
            for digest in self.matching(vec![digest.clone()])? {
                list.pairs.extend(self.tags_of(&digest, tag)?);
            }
        }
        let mut last = after.map(|(digest, _)| digest);
        let mut read = 0;
        while list.pairs.len() < self.limit {
            let page = self.images_after(last.as_ref())?;
            for digest in self.matching(page.clone())? {
                self.append(&mut list, digest, only)?;
                if list.pairs.len() >= self.limit {
                    return Ok(list);
                }
            }
            read += page.len();
            last = page.last().cloned();
            if page.len() < self.bounds.page {
                break;
            }
            if read > self.bounds.images {
                // The tags of the last image that was read are in the list.
                let listed = list
                    .pairs
                    .last()
                    .filter(|pair| Some(&pair.0) == last.as_ref());
                list.last = listed
                    .map(cursor)
                    .or(last.map(|digest| (digest, String::new())));
                break;
            }
        }
        Ok(list)
    }

    fn append(
        &self,
        list: &mut ImageTags,
        digest: Digest,
        only: Option<Tagged>,
    ) -> Result<(), RepositoryError> {
        if only == Some(Tagged::No) {
            if self.view.is_empty(&self.generation.image_tags(&digest))? {
                list.pairs.push((digest, None));
            }
            return Ok(());
        }
        let tags = self.tags_of(&digest, None)?;
        match tags.is_empty() {
            true if only.is_none() => list.pairs.push((digest, None)),
            _ => list.pairs.extend(tags),
        }
        Ok(())
    }

    /// Reads the tags of all images, which are in one folder.
    fn tagged(&self, after: Option<(Digest, String)>) -> Result<ImageTags, RepositoryError> {
        let (mut list, mut after) = (ImageTags::default(), after);
        let mut read = 0;
        while list.pairs.len() < self.limit {
            let name = after
                .as_ref()
                .map(|(digest, tag)| Folder::name_below(digest.as_str(), tag));
            let folder = self.generation.all_image_tags();
            let page = self.view.keys(&folder, name.as_deref(), self.limit)?;
            let pairs = page.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
            let digests = pairs.iter().map(|(digest, _)| digest.clone());
            let matching: BTreeSet<Digest> =
                self.matching(digests.collect())?.into_iter().collect();
            after = pairs.last().map(cursor).or(after);
            let pairs = pairs.into_iter();
            list.pairs
                .extend(pairs.filter(|(digest, _)| matching.contains(digest)));
            read += page.len();
            if page.len() < self.limit {
                break;
            }
            if read >= self.bounds.images && list.pairs.len() < self.limit {
                list.last = after;
                break;
            }
        }
        Ok(list)
    }

    fn images_after(&self, after: Option<&Digest>) -> Result<Vec<Digest>, RepositoryError> {
        let folder = self.status.folder(&self.generation);
        let page = self
            .view
            .keys(&folder, after.map(Digest::as_str), self.bounds.page)?;
        page.iter().map(name_digest).collect()
    }

    /// Returns the images whose status belongs to the list.
    fn matching(&self, images: Vec<Digest>) -> Result<Vec<Digest>, RepositoryError> {
        let key = |digest: &Digest| self.generation.inactive_image(digest);
        match self.status {
            StatusFilter::Any => Ok(images),
            StatusFilter::Active => {
                let inactive = self.view.existing(images.iter().map(key).collect())?;
                let active = images.into_iter();
                Ok(active
                    .filter(|digest| !inactive.contains(&key(digest)))
                    .collect())
            }
            StatusFilter::Archived | StatusFilter::Activating => {
                let mut matching = Vec::new();
                for digest in images {
                    let status: Option<ImageStatus> = self.view.read(&key(&digest))?;
                    if status.is_some_and(|status| self.status.matches(status)) {
                        matching.push(digest);
                    }
                }
                Ok(matching)
            }
        }
    }

    fn tags_of(
        &self,
        digest: &Digest,
        after: Option<&str>,
    ) -> Result<Vec<(Digest, Option<Tag>)>, RepositoryError> {
        let tags = tags_in(self.view, &self.generation, digest, after, self.limit)?;
        let pair = |tag| (digest.clone(), Some(tag));
        Ok(tags.into_iter().map(pair).collect())
    }
}

/// Returns the image and the tag that the key of a tag names.
fn pair(key: &Key) -> Result<(Digest, Option<Tag>), RepositoryError> {
    let invalid = || RepositoryError::InvalidKey(key.clone());
    let digest = key.parts().nth_back(1).and_then(|part| part.parse().ok());
    let tag = key.name().parse().map_err(|_| invalid())?;
    Ok((digest.ok_or_else(invalid)?, Some(tag)))
}

fn cursor((digest, tag): &(Digest, Option<Tag>)) -> (Digest, String) {
    let tag = tag.as_ref().map(ToString::to_string);
    (digest.clone(), tag.unwrap_or_default())
}

/// The number of images that are read at once.
const PAGE: usize = 100;
