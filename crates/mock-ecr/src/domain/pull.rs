//! Records when images were pulled.

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{Image, Metadata};
use crate::domain::repositories::Repositories;
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId};

impl Repositories {
    /// Records that images were pulled. An image that was deleted in the meantime is ignored.
    pub(crate) async fn record_pull(
        &self,
        id: &RepositoryId,
        images: impl Iterator<Item = &Image>,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let recorded = images.filter(|image| image.metadata.records_pull(now));
        let digests: Vec<Digest> = recorded.map(|image| image.digest.clone()).collect();
        if digests.is_empty() {
            return Ok(());
        }
        let at = self.lookup(id);
        let recorded = self.store.transact(move |records| {
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
