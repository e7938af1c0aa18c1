//! Reads everything that a page about an image or a repository shows, at one time.

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{Image, ListedImage, image_of};
use crate::domain::image_status::StatusFilter;
use crate::domain::lifecycle_preview::{PreviewResult, results_of};
use crate::domain::lifecycle_record::record_of;
use crate::domain::listing::{TaggedImage, count, tagged};
use crate::domain::referrers::{ReferrerFilter, referrers_in};
use crate::domain::repositories::Repositories;
use crate::domain::repository::{Lookup, Repository};
use crate::domain::resource_tag_record::{ResourceTag, all};
use crate::domain::scanning::Scan;
use crate::store::{Generation, Snapshot};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, Reference, RepositoryId, Tag};

/// An image with its tags, its scan and its referrers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ImageDetails {
    pub(crate) image: Image,
    pub(crate) tags: Vec<Tag>,
    pub(crate) scan: Option<Scan>,
    /// The first images that name the image as their subject, of any status.
    pub(crate) referrers: Vec<TaggedImage>,
}

/// A repository with its policies and what they would do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RepositoryDetails {
    pub(crate) repository: Repository,
    /// The number of images.
    pub(crate) images: usize,
    pub(crate) policy: Option<String>,
    pub(crate) lifecycle_policy: Option<String>,
    /// The first images that the lifecycle policy would expire or archive.
    pub(crate) expiring: Vec<PreviewResult>,
    pub(crate) resource_tags: Vec<ResourceTag>,
}

impl Repositories {
    /// Returns an image, and at most `limit` referrers. A deletion at the same time changes either nothing or all of it.
    pub(crate) async fn image_details(
        &self,
        id: &RepositoryId,
        digest: &Digest,
        limit: usize,
        now: Timestamp,
    ) -> Result<ImageDetails, RepositoryError> {
        let (at, scans, digest) = (self.lookup(id), self.scans(), digest.clone());
        self.store
            .read(move |view| {
                let generation = at.generation(view)?;
                let image = image_with_manifest(view, &at, &generation, &digest)?;
                let listed = ListedImage {
                    digest: image.digest.clone(),
                    metadata: image.metadata.clone(),
                };
                let scan = scans.of_repository(view, &at)?.scan(&listed, now)?;
                Ok(ImageDetails {
                    tags: tagged(view, &generation, listed)?.tags,
                    referrers: referrers_of(view, &generation, &digest, limit)?,
                    image,
                    scan,
                })
            })
            .await
    }

    /// Returns a repository, and at most `limit` images that its lifecycle policy would expire or archive. Changes nothing.
    pub(crate) async fn repository_details(
        &self,
        id: &RepositoryId,
        limit: usize,
        now: Timestamp,
    ) -> Result<RepositoryDetails, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| {
                let record = at.find(view)?;
                let generation = record.generation();
                let policy = view.get(&generation.policy())?;
                let lifecycle_policy = record_of(view, &generation)?;
                let mut expiring = match &lifecycle_policy {
                    Some(stored) => results_of(view, &generation, &stored.policy()?, now)?,
                    None => Vec::new(),
                };
                expiring.truncate(limit);
                Ok(RepositoryDetails {
                    images: count(view, &generation)?,
                    policy: policy.map(|text| String::from_utf8_lossy(&text).into_owned()),
                    lifecycle_policy: lifecycle_policy.map(|stored| stored.text),
                    expiring,
                    resource_tags: all(view, &generation)?,
                    repository: at.repository(record),
                })
            })
            .await
    }
}

fn image_with_manifest(
    view: &dyn Snapshot,
    at: &Lookup,
    generation: &Generation,
    digest: &Digest,
) -> Result<Image, RepositoryError> {
    let image = image_of(view, generation, digest)?;
    let manifest = view.get(&generation.manifest(digest))?;
    match image.zip(manifest) {
        Some((image, manifest)) => Ok(Image {
            digest: image.digest,
            metadata: image.metadata,
            manifest,
        }),
        None => Err(at.image_not_found(Reference::Digest(digest.clone()))),
    }
}

fn referrers_of(
    view: &dyn Snapshot,
    generation: &Generation,
    subject: &Digest,
    limit: usize,
) -> Result<Vec<TaggedImage>, RepositoryError> {
    let filter = ReferrerFilter {
        status: StatusFilter::Any,
        ..ReferrerFilter::default()
    };
    let found = referrers_in(view, generation, subject, &filter, None, limit)?;
    let images = found.page.into_iter().map(|one| one.image);
    images
        .map(|image| tagged(view, generation, image))
        .collect()
}
