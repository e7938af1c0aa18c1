//! Uploads layers in parts. A completed upload becomes a layer if its digest is correct.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::domain::hasher::Hasher;
use crate::domain::repositories::Repositories;
use crate::store::{Created, Entry, Folder, Key};
use crate::types::timestamp::Timestamp;
use crate::types::{Algorithm, Digest, RepositoryId, UploadId};

/// The bytes that a client sends. An error means that the client stopped early.
pub(crate) type ContentStream<'a> = BoxStream<'a, Result<Bytes, ContentError>>;

/// The client stopped before it had sent the complete content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentError;

/// The sizes of an upload, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uploaded {
    /// The size of all parts.
    pub(crate) size: u64,
    /// The size of the first part.
    pub(crate) first_part: u64,
}

impl Uploaded {
    fn of(parts: &[Entry]) -> Self {
        Uploaded {
            size: parts.iter().map(|part| part.size).sum(),
            first_part: parts.first().map_or(0, |part| part.size),
        }
    }
}

/// The record of an upload: when it began.
#[derive(Debug, Serialize, Deserialize)]
struct UploadRecord {
    at_millis: i64,
}

/// The size and the digest of the first part. Most uploads have one part only. Its digest then need not be computed again.
#[derive(Debug, Serialize, Deserialize)]
struct FirstPart {
    size: u64,
    digest: Digest,
}

/// The time after which an unfinished upload expires. `[ASSUME]`
const TTL: Duration = Duration::from_secs(24 * 3600);

impl Repositories {
    /// Begins an upload, and removes the expired uploads of the repository.
    pub(crate) async fn begin_upload(
        &self,
        id: &RepositoryId,
        now: Timestamp,
    ) -> Result<UploadId, RepositoryError> {
        for entry in self.store.all(&Folder::uploads(id)).await? {
            let Ok(upload) = entry.name.parse() else {
                continue;
            };
            match self.require_upload(id, &upload, now).await {
                Ok(()) | Err(RepositoryError::UploadNotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let record = UploadRecord {
            at_millis: now.as_millis(),
        };
        loop {
            // Another server with the same seed generates the same ids.
            let upload = self.upload_ids.next();
            let upload: UploadId = upload.parse().expect("a generated id is a UUID");
            let key = Key::upload(id, &upload);
            if self.store.create_record(&key, &record).await? == Created::New {
                return Ok(upload);
            }
        }
    }

    /// Returns the sizes of an upload.
    pub(crate) async fn uploaded(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        now: Timestamp,
    ) -> Result<Uploaded, RepositoryError> {
        self.require_upload(id, upload, now).await?;
        Ok(Uploaded::of(&self.parts(id, upload).await?))
    }

    /// Stores the next part of an upload, and returns the new sizes. If the client states where the part begins, `start` must be the end of
    /// the previous part.
    pub(crate) async fn upload(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        start: Option<u64>,
        content: ContentStream<'_>,
        now: Timestamp,
    ) -> Result<Uploaded, RepositoryError> {
        let uploaded = self.uploaded(id, upload, now).await?;
        let expected = uploaded.size;
        if let Some(start) = start.filter(|start| *start != expected) {
            return Err(RepositoryError::PartOutOfOrder {
                repository: id.clone(),
                upload: upload.clone(),
                start,
                expected,
            });
        }
        let part = self.write_part(id, upload, expected, content).await?;
        if expected == 0 && part.size > 0 {
            self.store
                .write_record(&Key::sum(id, upload), &part)
                .await?;
        }
        Ok(Uploaded {
            size: expected + part.size,
            first_part: match uploaded.first_part {
                0 => part.size,
                first_part => first_part,
            },
        })
    }

    async fn write_part(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        start: u64,
        mut content: ContentStream<'_>,
    ) -> Result<FirstPart, RepositoryError> {
        let mut writer = self.store.writer(&Key::part(id, upload, start));
        let mut hasher = Hasher::new(Algorithm::Sha256);
        let mut size = 0;
        while let Some(bytes) = content.next().await {
            let bytes = bytes.map_err(|ContentError| RepositoryError::BrokenContent)?;
            hasher.update(&bytes);
            size += bytes.len() as u64;
            writer.write(bytes).await?;
        }
        if size > 0 {
            writer.finish().await?;
        }
        let digest = hasher.finish();
        Ok(FirstPart { size, digest })
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
        self.require_upload(id, upload, now).await?;
        let parts = self.parts(id, upload).await?;
        let created = match self.layer_size(id, expected).await? {
            Some(_) => Created::Existing,
            None => Created::New,
        };
        self.join_parts(id, upload, &parts, expected).await?;
        self.cancel_upload(id, upload).await?;
        Ok((Uploaded::of(&parts).size, created))
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
        self.upload(id, &upload, None, content, now).await?;
        self.complete_upload(id, &upload, digest, now).await?;
        Ok(())
    }

    async fn join_parts(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        parts: &[Entry],
        expected: &Digest,
    ) -> Result<(), RepositoryError> {
        let layer = Key::layer(id, expected);
        let folder = Folder::parts(id, upload);
        if let [part] = parts
            && expected.algorithm() == Algorithm::Sha256
            && let Some(first) = self
                .store
                .read_record::<FirstPart>(&Key::sum(id, upload))
                .await?
            && first.size == part.size
        {
            require_digest(expected, first.digest)?;
            let part = folder.key(&part.name);
            return Ok(self.store.rename(&part, &layer).await?);
        }
        let mut writer = self.store.writer(&layer);
        let mut hasher = Hasher::new(expected.algorithm());
        for part in parts {
            let Some(content) = self.store.open(&folder.key(&part.name), None).await? else {
                break;
            };
            let mut bytes = content.bytes;
            while let Some(bytes) = bytes.next().await {
                let bytes = bytes?;
                hasher.update(&bytes);
                writer.write(bytes).await?;
            }
        }
        require_digest(expected, hasher.finish())?;
        Ok(writer.finish().await?)
    }

    /// Removes an upload and its parts.
    pub(crate) async fn cancel_upload(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
    ) -> Result<(), RepositoryError> {
        self.store.clear(&Folder::parts(id, upload)).await?;
        self.store.remove(&Key::sum(id, upload)).await?;
        // Removed last: another server can generate the same id. It must not begin this upload while the parts are being removed.
        self.store.remove(&Key::upload(id, upload)).await?;
        Ok(())
    }

    /// Checks that an upload exists and has not expired. Removes an expired upload.
    pub(crate) async fn require_upload(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let record = self
            .store
            .read_record::<UploadRecord>(&Key::upload(id, upload))
            .await?;
        match record {
            Some(record) if now < Timestamp::from_millis(record.at_millis) + TTL => return Ok(()),
            Some(_) => self.cancel_upload(id, upload).await?,
            None => {}
        }
        Err(RepositoryError::UploadNotFound {
            repository: id.clone(),
            upload: upload.clone(),
        })
    }

    async fn parts(
        &self,
        id: &RepositoryId,
        upload: &UploadId,
    ) -> Result<Vec<Entry>, RepositoryError> {
        Ok(self.store.all(&Folder::parts(id, upload)).await?)
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
