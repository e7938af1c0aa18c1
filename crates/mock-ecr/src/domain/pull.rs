//! Records when images were pulled.

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{Image, Metadata};
use crate::domain::pull_exclusion::is_excluded;
use crate::domain::repositories::Repositories;
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, PrincipalArn, RepositoryId};

impl Repositories {
    /// Records that images were pulled, unless the caller is excluded. An image that was deleted in the meantime is ignored.
    pub(crate) async fn record_pull(
        &self,
        id: &RepositoryId,
        images: impl Iterator<Item = &Image>,
        caller: &PrincipalArn,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let recorded = images.filter(|image| image.metadata.records_pull(now));
        let digests: Vec<Digest> = recorded.map(|image| image.digest.clone()).collect();
        if digests.is_empty() {
            return Ok(());
        }
        let (at, caller) = (self.lookup(id), caller.clone());
        let recorded = self.store.transact(move |records| {
            if is_excluded(records.view(), &at.id.registry, &caller)? {
                return Ok(());
            }
            let generation = at.generation(records.view())?;
            for digest in &digests {
                let key = generation.image(digest);
                if let Some(metadata) = records.view().read::<Metadata>(&key)? {
                    records.write(&key, &metadata.pulled_at(now));
                }
            }
            Ok(())
        });
        recorded.await
    }
}
