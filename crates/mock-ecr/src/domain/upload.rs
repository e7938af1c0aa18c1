//! Uploads layers in parts. A completed upload becomes a layer if its digest is correct.
//!
//! Each part is an object. A transaction appends it to the upload if the upload has not changed since the part began; otherwise the part is
//! removed. Parts of concurrent requests therefore never mix.

use futures_util::{StreamExt as _, stream};

use crate::domain::created::Created;
use crate::domain::error::RepositoryError;
use crate::domain::new_layer::{ExpectedDigest, NewLayer};
use crate::domain::rejection::{Rule, Rules};
use crate::domain::repositories::Repositories;
use crate::domain::repository::Lookup;
use crate::domain::staged_object::{ContentStream, StagedObject, non_empty, unstage};
use crate::domain::upload_record::{
    self, MAX_PARTS, MAX_UPLOADS, UploadRecord, Uploaded, is_expired, parts, remove_expired,
};
use crate::store::{Generation, Key, Snapshot, StoredObject};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId, UploadId};

impl Repositories {
    /// Begins an upload, and removes some expired uploads.
    pub(crate) async fn begin_upload(
        &self,
        id: &RepositoryId,
        now: Timestamp,
    ) -> Result<UploadId, RepositoryError> {
        let (at, system) = (self.lookup(id), (self.system_time)());
        let upload = self.next_upload_id().await?;
        let record = UploadRecord::begin(now, system);
        let began = upload.clone();
        let began = self.sweeper.transact(move |records| {
            let generation = at.generation(records.view())?;
            remove_expired(records, [now, system])?;
            let open = upload_record::open_uploads(records.view(), &generation)?;
            if open >= MAX_UPLOADS {
                return Err(RepositoryError::TooManyUploads);
            }
            upload_record::insert(records, &generation, &began, &record, open);
            Ok(())
        });
        began.await?;
        Ok(upload)
    }

    /// Returns an id that is never used again. The ids of the first process on a store depend on the seed only.
    pub(super) async fn next_upload_id(&self) -> Result<UploadId, RepositoryError> {
        let upload = self.upload_ids.next(self.store.epoch().await?);
        Ok(upload.parse().expect("a generated id is a UUID"))
    }

    /// Returns the sizes of an upload.
    pub(crate) async fn uploaded(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        now: Timestamp,
    ) -> Result<Uploaded, RepositoryError> {
        let open = self.open_upload(id, upload, now);
        self.store
            .read(move |view| Ok(open.find(view)?.record.uploaded()))
            .await
    }

    /// Stores the next part of an upload, and returns the new sizes. If the client states where the part begins, `start` must be the end of
    /// the previous part.
    ///
    /// # Errors
    ///
    /// Returns an error, and does not change the upload, if the client stops early or if another part was stored in the meantime.
    pub(crate) async fn upload(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        start: Option<u64>,
        content: ContentStream<'_>,
        now: Timestamp,
    ) -> Result<Uploaded, RepositoryError> {
        let open = self.open_upload(id, upload, now);
        let reader = open.clone();
        let found = self.store.read(move |view| reader.find(view)).await?;
        match self.write_part(&open, &found, start, content).await? {
            Some(part) => self.append(open, found, part).await,
            None => Ok(found.record.uploaded()),
        }
    }

    /// Writes the next part of an upload, if there is any content.
    async fn write_part(
        &self,
        open: &OpenUpload,
        found: &FoundUpload,
        start: Option<u64>,
        content: ContentStream<'_>,
    ) -> Result<Option<StagedObject>, RepositoryError> {
        let expected = found.record.uploaded().size;
        if let Some(start) = start.filter(|start| *start != expected) {
            return Err(open.out_of_order(start, expected));
        }
        let Some(content) = non_empty(content).await else {
            return Ok(None);
        };
        if found.record.parts >= MAX_PARTS {
            return Err(RepositoryError::TooManyParts);
        }
        let part = self.write_object(&found.record.sha256, content).await?;
        Ok(Some(part))
    }

    /// Appends a part to an upload that has not changed since it was found.
    async fn append(
        &self,
        open: OpenUpload,
        found: FoundUpload,
        part: StagedObject,
    ) -> Result<Uploaded, RepositoryError> {
        let (index, object) = (found.record.parts, part.object.clone());
        let record = found.record.with_part(object.size, part.sha256.clone());
        let uploaded = record.uploaded();
        let appended = self.store.transact(move |records| {
            open.require_unchanged(records.view(), &found)?;
            unstage(records, &object)?;
            let key = found.generation.upload_part(found.key.name(), index);
            records.write(&key, &object);
            records.write(&found.key, &record);
            Ok::<_, RepositoryError>(uploaded)
        });
        let uploaded = appended.await?;
        part.keep();
        Ok(uploaded)
    }

    /// Creates a layer from the parts of an upload, whose digest must be one of these SHA-256 digests; if there are none, it is not checked.
    /// Returns the digest, and whether the layer is new.
    ///
    /// # Errors
    ///
    /// Returns an error if the digest differs. The upload is then not changed.
    pub(crate) async fn complete_upload(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        expected: &[Digest],
        now: Timestamp,
    ) -> Result<(Digest, Created), RepositoryError> {
        let open = self.open_upload(id, upload, now);
        let nothing = stream::empty().boxed();
        let expected = ExpectedDigest::OneOf(expected);
        let completed = self.complete(open, None, nothing, expected).await?;
        Ok((completed.digest, completed.created))
    }

    /// Creates a layer from the parts of an upload and the last part, which [`upload`](Self::upload) describes. Returns the size of the layer
    /// in bytes, and whether it is new.
    ///
    /// # Errors
    ///
    /// Returns an error if the client stops early or if the digest differs. The upload is then not changed.
    pub(crate) async fn complete_upload_with(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        start: Option<u64>,
        last: ContentStream<'_>,
        expected: &Digest,
        now: Timestamp,
    ) -> Result<(u64, Created), RepositoryError> {
        let open = self.open_upload(id, upload, now);
        let expected = ExpectedDigest::Exactly(expected);
        let completed = self.complete(open, start, last, expected).await?;
        Ok((completed.size, completed.created))
    }

    async fn complete(
        &self,
        open: OpenUpload,
        start: Option<u64>,
        last: ContentStream<'_>,
        expected: ExpectedDigest<'_>,
    ) -> Result<CompletedUpload, RepositoryError> {
        let reader = open.clone();
        let (found, objects) = self
            .store
            .read(move |view| {
                let found = reader.find(view)?;
                let parts = found.parts(view)?;
                Ok::<_, RepositoryError>((found, parts))
            })
            .await?;
        let last = self.write_part(&open, &found, start, last).await?;
        let layer = NewLayer::new(objects, found.record.sha256.clone(), last);
        open.require_rules(&layer, self.rules)?;
        let (insert, digest) = match self.insertion(&layer, expected).await {
            Ok(checked) => checked,
            Err(error) => {
                // The parts of an upload that was cancelled or completed in the meantime cannot be read.
                let unchanged = self
                    .store
                    .read(move |view| open.require_unchanged(view, &found));
                unchanged.await?;
                return Err(error);
            }
        };
        let completed = self.sweeper.transact(move |records| {
            open.require_unchanged(records.view(), &found)?;
            upload_record::remove(records, &found.generation, &found.key, &found.record)?;
            Ok(insert(records, &found.generation)?)
        });
        let created = completed.await?;
        Ok(CompletedUpload {
            digest,
            size: layer.keep(),
            created,
        })
    }

    /// Removes an upload and its parts.
    ///
    /// # Errors
    ///
    /// Returns an error if the upload does not exist.
    pub(crate) async fn cancel_upload(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let open = self.open_upload(id, upload, now);
        self.sweeper
            .transact(move |records| {
                let found = open.find(records.view())?;
                upload_record::mark_unused(records, &found.generation, &found.key)?;
                upload_record::remove(records, &found.generation, &found.key, &found.record)?;
                Ok(())
            })
            .await
    }

    fn open_upload(&self, id: &RepositoryId, upload: &UploadId, now: Timestamp) -> OpenUpload {
        OpenUpload {
            at: self.lookup(id),
            upload: upload.clone(),
            times: [now, (self.system_time)()],
        }
    }
}

/// The layer that was created from an upload.
struct CompletedUpload {
    digest: Digest,
    size: u64,
    created: Created,
}

/// An upload that a request names.
#[derive(Clone, Debug)]
struct OpenUpload {
    at: Lookup,
    upload: UploadId,
    /// The time of the request, on the mock's clock and on the system's.
    times: [Timestamp; 2],
}

/// The record of an upload, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FoundUpload {
    generation: Generation,
    key: Key,
    record: UploadRecord,
}

impl FoundUpload {
    /// Returns the objects of its parts, in order.
    fn parts(&self, view: &dyn Snapshot) -> Result<Vec<StoredObject>, RepositoryError> {
        Ok(parts(view, &self.generation, self.key.name())?)
    }
}

impl OpenUpload {
    /// Returns the upload, if it exists and has not expired. The beginning of another upload removes expired ones.
    fn find(&self, view: &dyn Snapshot) -> Result<FoundUpload, RepositoryError> {
        let generation = self.at.generation(view)?;
        let key = generation.upload(&self.upload);
        let record: Option<UploadRecord> = view.read(&key)?;
        match record {
            Some(record) if !is_expired(record.began(), self.times) => Ok(FoundUpload {
                generation,
                key,
                record,
            }),
            _ => Err(RepositoryError::UploadNotFound {
                repository: self.at.id.clone(),
                upload: self.upload.clone(),
            }),
        }
    }

    /// Checks that an upload has not changed since it was found.
    fn require_unchanged(
        &self,
        view: &dyn Snapshot,
        found: &FoundUpload,
    ) -> Result<(), RepositoryError> {
        let current = self.find(view)?;
        if current == *found {
            return Ok(());
        }
        let [start, expected] = [found, &current].map(|upload| upload.record.uploaded().size);
        Err(self.out_of_order(start, expected))
    }

    /// Checks the parts of a layer before its digest. `[ASSUME]`
    fn require_rules(&self, layer: &NewLayer, rules: Rules) -> Result<(), RepositoryError> {
        if layer.is_empty() && rules.have(Rule::EmptyLayer) {
            return Err(RepositoryError::EmptyUpload {
                repository: self.at.id.clone(),
                upload: self.upload.clone(),
            });
        }
        if layer.has_small_part() && rules.have(Rule::SmallPart) {
            return Err(RepositoryError::SmallPart);
        }
        Ok(())
    }

    fn out_of_order(&self, start: u64, expected: u64) -> RepositoryError {
        RepositoryError::PartOutOfOrder {
            repository: self.at.id.clone(),
            upload: self.upload.clone(),
            start,
            expected,
        }
    }
}
