//! What begins when an image becomes available: its scan, its signatures and its replication.

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, Metadata};
use crate::domain::replication::Replication;
use crate::domain::repositories::Repositories;
use crate::domain::repository::RepositoryRecord;
use crate::domain::restored_image;
use crate::domain::scanning::Scans;
use crate::domain::signing::Signing;
use crate::store::Transaction;
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId};

/// Makes images available.
#[derive(Clone, Debug)]
pub(super) struct Activation {
    scans: Scans,
    pub(super) signing: Signing,
    pub(super) replication: Replication,
}

impl Repositories {
    pub(super) fn activation(&self) -> Activation {
        Activation {
            scans: self.scans(),
            signing: self.signing(),
            replication: self.replication(),
        }
    }
}

impl Activation {
    /// Makes an image active that is archived or being restored.
    ///
    /// A restored image is scanned as if it had been pushed, and the results of earlier scans are removed. Source: the user guide of Amazon ECR,
    /// `archive-image.html`. `[ASSUME]`: it is signed as well.
    pub(super) fn restore(
        &self,
        records: &mut Transaction<'_>,
        id: &RepositoryId,
        repository: &RepositoryRecord,
        image: ListedImage,
        now: Timestamp,
    ) -> Result<Metadata, RepositoryError> {
        let (generation, digest) = (repository.generation(), image.digest.clone());
        let metadata = restored_image::restore(records, &generation, image, now)?;
        self.begin(records, id, repository, (&digest, &metadata), now)?;
        self.replication
            .restored(records, &generation, &digest, now)?;
        Ok(metadata)
    }

    /// Begins the scan and the signatures of an image that was stored or restored.
    pub(super) fn begin(
        &self,
        records: &mut Transaction<'_>,
        id: &RepositoryId,
        repository: &RepositoryRecord,
        (digest, metadata): (&Digest, &Metadata),
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        self.scans
            .begin_on_push(records, id, repository, digest, metadata, now)?;
        self.signing.begin(
            records,
            id,
            &repository.generation(),
            (digest, metadata),
            now,
        )
    }
}
