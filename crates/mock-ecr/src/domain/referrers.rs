//! Lists the images that name another image as their subject.

use bytes::Bytes;

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, image_of, name_digest};
use crate::domain::image_status::StatusFilter;
use crate::domain::repositories::Repositories;
use crate::store::{Generation, Snapshot};
use crate::types::{Digest, RepositoryId};

/// An image that names a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Referrer {
    pub(crate) image: ListedImage,
    /// The annotations of its manifest, in JSON.
    pub(crate) annotations: Option<Bytes>,
}

/// The referrers of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReferrerFilter {
    /// If it is empty, images of each type match.
    pub(crate) artifact_types: Vec<String>,
    /// `[ASSUME]`: the registry lists active referrers only, because others cannot be pulled.
    pub(crate) status: StatusFilter,
}

impl ReferrerFilter {
    fn matches(&self, image: &ListedImage) -> bool {
        let found = image.metadata.artifact_type.as_ref();
        let mut types = self.artifact_types.iter();
        let has_type = self.artifact_types.is_empty() || types.any(|one| found == Some(one));
        has_type && self.status.matches(image.metadata.status)
    }
}

/// A page of a list of referrers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Referrers {
    pub(crate) page: Vec<Referrer>,
    /// The last digest that was read, if there may be more.
    pub(crate) last: Option<Digest>,
}

impl Repositories {
    /// Returns a page of the images whose manifest names `subject` as its subject, in the byte order of their digests. The subject need not
    /// exist. A page can be empty and have a next one.
    pub(crate) async fn referrers(
        &self,
        id: &RepositoryId,
        subject: &Digest,
        filter: ReferrerFilter,
        after: Option<String>,
        limit: usize,
    ) -> Result<Referrers, RepositoryError> {
        let (at, subject) = (self.lookup(id), subject.clone());
        self.store
            .read(move |view| {
                let Some(record) = at.existing(view)? else {
                    return Ok(Referrers::default());
                };
                let generation = record.generation();
                let after = after.as_deref();
                referrers_in(view, &generation, &subject, &filter, after, limit)
            })
            .await
    }
}

/// Returns a page of the images of a repository that name `subject`, as [`Repositories::referrers`].
pub(super) fn referrers_in(
    view: &dyn Snapshot,
    generation: &Generation,
    subject: &Digest,
    filter: &ReferrerFilter,
    after: Option<&str>,
    limit: usize,
) -> Result<Referrers, RepositoryError> {
    let folder = generation.referrers(subject);
    let found = view.page(&folder, after, MAX_READ + 1)?;
    let digests = found.iter().map(|(key, _)| name_digest(key));
    let digests = digests.collect::<Result<Vec<_>, _>>()?;
    page_of(view, generation, &digests, filter, limit)
}

fn page_of(
    view: &dyn Snapshot,
    generation: &Generation,
    digests: &[Digest],
    filter: &ReferrerFilter,
    limit: usize,
) -> Result<Referrers, RepositoryError> {
    let mut referrers = Referrers::default();
    let mut size = 0;
    for (index, digest) in digests.iter().enumerate() {
        let is_full = referrers.page.len() == limit;
        if index == MAX_READ || size >= MAX_SIZE || is_full {
            referrers.last = Some(digests[index - 1].clone());
            break;
        }
        let Some(image) = image_of(view, generation, digest)? else {
            continue;
        };
        if !filter.matches(&image) {
            continue;
        }
        let annotations = view.get(&generation.annotations(digest))?;
        size += annotations.as_ref().map_or(0, Bytes::len);
        referrers.page.push(Referrer { image, annotations });
    }
    Ok(referrers)
}

/// The largest number of images that are read for a page.
const MAX_READ: usize = 1000;

/// The size of the annotations after which a page ends, in bytes. The last ones can exceed it.
const MAX_SIZE: usize = 4 << 20;
