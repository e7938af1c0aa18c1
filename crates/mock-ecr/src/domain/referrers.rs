//! Lists the images that name another image as their subject.

use bytes::Bytes;

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, image_of, name_digest};
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

/// A page of a list of referrers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Referrers {
    pub(crate) page: Vec<Referrer>,
    /// The last digest that was read, if there may be more.
    pub(crate) last: Option<Digest>,
}

impl Repositories {
    /// Returns a page of the images whose manifest names `subject` as its subject, in the byte order of their digests. The subject need not
    /// exist. With `artifact_type`, a page can be empty and have a next one.
    pub(crate) async fn referrers(
        &self,
        id: &RepositoryId,
        subject: &Digest,
        artifact_type: Option<String>,
        after: Option<String>,
    ) -> Result<Referrers, RepositoryError> {
        let (at, subject) = (self.lookup(id), subject.clone());
        self.store
            .read(move |view| {
                let Some(record) = at.existing(view)? else {
                    return Ok(Referrers::default());
                };
                let generation = record.generation();
                let folder = generation.referrers(&subject);
                let found = view.page(&folder, after.as_deref(), MAX_READ + 1)?;
                let digests = found.iter().map(|(key, _)| name_digest(key));
                let digests = digests.collect::<Result<Vec<_>, _>>()?;
                page_of(view, &generation, &digests, artifact_type.as_deref())
            })
            .await
    }
}

fn page_of(
    view: &dyn Snapshot,
    generation: &Generation,
    digests: &[Digest],
    artifact_type: Option<&str>,
) -> Result<Referrers, RepositoryError> {
    let mut referrers = Referrers::default();
    let mut size = 0;
    for (index, digest) in digests.iter().enumerate() {
        if index == MAX_READ || size >= MAX_SIZE {
            referrers.last = Some(digests[index - 1].clone());
            break;
        }
        let Some(image) = image_of(view, generation, digest)? else {
            continue;
        };
        // A referrer that cannot be pulled is not listed. [ASSUME]
        if !image.metadata.status.is_active() {
            continue;
        }
        if artifact_type.is_some() && image.metadata.artifact_type.as_deref() != artifact_type {
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
