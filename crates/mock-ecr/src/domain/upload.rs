//! Uploads layers in parts. A completed upload becomes a layer if its digest is correct.
//!
//! Each part is an object. A transaction appends it to the upload if the upload has not changed since the part began; otherwise the part is
//! removed. Parts of concurrent requests therefore never mix.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use sha2::Digest as _;

use crate::domain::created::Created;
use crate::domain::error::RepositoryError;
use crate::domain::hasher::{Hasher, Sha256State, sha256_digest};
use crate::domain::layer_record::{self, LayerRecord};
use crate::domain::repositories::Repositories;
use crate::domain::repository::Lookup;
use crate::domain::upload_record::{
    self, MAX_PARTS, MAX_UPLOADS, UploadRecord, Uploaded, is_expired, parts, remove_expired,
};
use crate::store::{Generation, Key, Snapshot, StoreError, StoredObject};
use crate::types::timestamp::Timestamp;
use crate::types::{Algorithm, Digest, RepositoryId, UploadId};

/// The bytes that a client sends. An error means that the client stopped early.
pub(crate) type ContentStream<'a> = BoxStream<'a, Result<Bytes, ContentError>>;

/// The client stopped before it had sent the complete content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentError;

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
    async fn next_upload_id(&self) -> Result<UploadId, RepositoryError> {
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
        let expected = found.record.uploaded().size;
        if let Some(start) = start.filter(|start| *start != expected) {
            return Err(open.out_of_order(start, expected));
        }
        let mut content = content.try_filter(|bytes| std::future::ready(!bytes.is_empty()));
        let Some(first) = content.next().await else {
            return Ok(found.record.uploaded());
        };
        if found.record.parts >= MAX_PARTS {
            return Err(RepositoryError::TooManyParts);
        }
        let staged = self.stage().await?;
        let content = futures_util::stream::iter([first]).chain(content).boxed();
        let written = self.write_part(&staged.name, &found.record.sha256, content);
        let (part, sha256) = written.await?;
        let uploaded = self.append(open, found, part, sha256).await?;
        staged.keep();
        Ok(uploaded)
    }

    /// Records that an object is being written, so that it is removed if no record refers to it in the end.
    async fn stage(&self) -> Result<StagedObject, RepositoryError> {
        let name = self.store.unique_name().await?;
        let staged = StagedObject {
            key: Key::staged(&name),
            name,
            repositories: Some(self.clone()),
        };
        let key = staged.key.clone();
        self.store
            .transact(move |records| {
                records.put(&key, Vec::new());
                Ok::<_, RepositoryError>(())
            })
            .await?;
        Ok(staged)
    }

    /// Writes an object, and returns it and the state of the digest after it.
    async fn write_part(
        &self,
        name: &str,
        before: &Sha256State,
        mut content: ContentStream<'_>,
    ) -> Result<(StoredObject, Sha256State), RepositoryError> {
        let mut writer = self.store.objects().writer(name);
        let mut hasher = before.resume();
        let written = async {
            while let Some(bytes) = content.next().await {
                let bytes = bytes.map_err(|ContentError| RepositoryError::BrokenContent)?;
                hasher.update(&bytes);
                writer.write(bytes).await?;
            }
            Ok(())
        };
        if let Err(error) = written.await {
            writer.abort().await;
            return Err(error);
        }
        Ok((writer.finish().await?, Sha256State::of(&hasher)))
    }

    /// Appends a part to an upload that has not changed since it was found.
    async fn append(
        &self,
        open: OpenUpload,
        found: FoundUpload,
        part: StoredObject,
        sha256: Sha256State,
    ) -> Result<Uploaded, RepositoryError> {
        let (start, staged) = (found.record.uploaded().size, Key::staged(&part.name));
        let index = found.record.parts;
        let record = found.record.with_part(part.size, sha256);
        let uploaded = record.uploaded();
        self.store
            .transact(move |records| {
                let current = open.find(records.view())?;
                if current != found {
                    return Err(open.out_of_order(start, current.record.uploaded().size));
                }
                // Another process that took this one for ended has removed the object.
                if !records.view().contains(&staged)? {
                    return Err(StoreError::MissingObject(part.name.clone()).into());
                }
                let key = found.generation.upload_part(found.key.name(), index);
                records.write(&key, &part);
                records.write(&found.key, &record);
                records.remove(&staged);
                Ok(uploaded)
            })
            .await
    }

    /// Creates a layer from the parts of an upload. Returns its size in bytes, and whether the layer is new.
    ///
    /// # Errors
    ///
    /// Returns an error if the digest differs. The upload is then not changed.
    pub(crate) async fn complete_upload(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        expected: &Digest,
        now: Timestamp,
    ) -> Result<(u64, Created), RepositoryError> {
        let open = self.open_upload(id, upload, now);
        let reader = open.clone();
        let found = self.store.read(move |view| reader.find(view)).await?;
        require_digest(expected, self.digest(&found, expected.algorithm()).await?)?;
        let (expected, size) = (expected.clone(), found.record.uploaded().size);
        let completed = self.sweeper.transact(move |records| {
            let current = open.find(records.view())?;
            if current != found {
                let expected = current.record.uploaded().size;
                return Err(open.out_of_order(size, expected));
            }
            let layer = LayerRecord {
                size,
                objects: found.parts(records.view())?,
            };
            upload_record::remove(records, &found.generation, &found.key, &found.record)?;
            Ok(layer_record::insert(
                records,
                &found.generation,
                &expected,
                &layer,
            )?)
        });
        Ok((size, completed.await?))
    }

    /// Returns the digest of the parts. For another algorithm than SHA-256, the parts are read again.
    async fn digest(
        &self,
        found: &FoundUpload,
        algorithm: Algorithm,
    ) -> Result<Digest, RepositoryError> {
        if algorithm == Algorithm::Sha256 {
            return Ok(sha256_digest(found.record.sha256.resume()));
        }
        let mut hasher = Hasher::new(algorithm);
        let (size, reader) = (found.record.uploaded().size, found.clone());
        let parts = self.store.read(move |view| reader.parts(view)).await?;
        let mut bytes = self.store.objects().open(&parts, 0..size).await?;
        while let Some(bytes) = bytes.next().await {
            hasher.update(&bytes?);
        }
        Ok(hasher.finish())
    }

    /// Uploads a layer in one part.
    pub(super) async fn put_layer(
        &self,
        id: &RepositoryId,
        digest: &Digest,
        content: ContentStream<'_>,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let upload = self.begin_upload(id, now).await?;
        let stored = async {
            self.upload(id, &upload, None, content, now).await?;
            self.complete_upload(id, &upload, digest, now).await
        };
        let stored = stored.await;
        if stored.is_err() {
            self.cancel_upload(id, &upload, now).await?;
        }
        stored.map(drop)
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

/// An object that is being written. If it is dropped without [`keep`](StagedObject::keep), the sweeper removes the object. A request can be
/// dropped at any point, for example if its client disconnects.
struct StagedObject {
    name: String,
    key: Key,
    /// `None` if the object is kept.
    repositories: Option<Repositories>,
}

impl StagedObject {
    /// Keeps the object, to which a record refers now.
    fn keep(mut self) {
        self.repositories = None;
    }
}

impl Drop for StagedObject {
    fn drop(&mut self) {
        let Some(Repositories { store, sweeper, .. }) = &self.repositories else {
            return;
        };
        let (staged, unused) = (self.key.clone(), Key::unused(&self.name));
        let marked = store.transact_later(move |records| {
            // If the outcome of the transaction that refers to the object is unknown, it may have removed this record.
            if records.view().contains(&staged).unwrap_or(false) {
                records.remove(&staged);
                records.put(&unused, Vec::new());
            }
        });
        sweeper.start_after(marked);
    }
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

    fn out_of_order(&self, start: u64, expected: u64) -> RepositoryError {
        RepositoryError::PartOutOfOrder {
            repository: self.at.id.clone(),
            upload: self.upload.clone(),
            start,
            expected,
        }
    }
}

fn require_digest(expected: &Digest, actual: Digest) -> Result<(), RepositoryError> {
    if *expected == actual {
        return Ok(());
    }
    Err(RepositoryError::LayerDigestMismatch {
        expected: expected.clone(),
        actual,
    })
}
