//! The records of unfinished uploads, and how they expire.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::hasher::Sha256State;
use crate::domain::layer_record;
use crate::store::{
    Folder, Generation, Key, Snapshot, StoreError, StoredObject, Transaction, parse, parse_time,
};
use crate::types::UploadId;
use crate::types::timestamp::Timestamp;

/// The sizes of an upload, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uploaded {
    /// The size of all parts.
    pub(crate) size: u64,
    /// The size of the first part.
    pub(crate) first_part: u64,
}

/// The record of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UploadRecord {
    /// The beginning, on the mock's clock and on the system's.
    at_millis: i64,
    at_system_millis: i64,
    size: u64,
    first_part: u64,
    /// The number of parts. Each has a record of its own, so that the cost of a part does not depend on the number of the others.
    pub(super) parts: usize,
    /// The state of the SHA-256 digest after the parts.
    pub(super) sha256: Sha256State,
}

impl UploadRecord {
    /// Returns the record of an upload that begins, on the mock's clock and on the system's.
    pub(super) fn begin(mock: Timestamp, system: Timestamp) -> Self {
        UploadRecord {
            at_millis: mock.as_millis(),
            at_system_millis: system.as_millis(),
            size: 0,
            first_part: 0,
            parts: 0,
            sha256: Sha256State::initial(),
        }
    }

    /// Returns the record with another part.
    pub(super) fn with_part(&self, size: u64, sha256: Sha256State) -> Self {
        UploadRecord {
            size: self.size + size,
            first_part: if self.parts == 0 {
                size
            } else {
                self.first_part
            },
            parts: self.parts + 1,
            sha256,
            ..*self
        }
    }

    pub(super) fn uploaded(&self) -> Uploaded {
        Uploaded {
            size: self.size,
            first_part: self.first_part,
        }
    }

    pub(super) fn began(&self) -> [Timestamp; 2] {
        [self.at_millis, self.at_system_millis].map(Timestamp::from_millis)
    }
}

/// The time after which an unfinished upload expires: on the mock's clock, or on the system's, because the mock's may be frozen. `[ASSUME]`
const TTL: Duration = Duration::from_secs(24 * 3600);

/// The largest number of unfinished uploads in a repository. `[ASSUME]`
pub(super) const MAX_UPLOADS: u64 = 20_000;

/// The largest number of parts of an upload. Source: the quota "Layer parts" in the ECR User Guide. That it applies to `/v2/` too is
/// `[ASSUME]`.
pub(super) const MAX_PARTS: usize = 4_200;

/// Returns the number of unfinished uploads of a repository.
pub(super) fn open_uploads(
    view: &dyn Snapshot,
    generation: &Generation,
) -> Result<u64, StoreError> {
    Ok(view.read(&generation.open_uploads())?.unwrap_or(0))
}

/// Creates the records of an upload of a repository that has `open` others.
pub(super) fn insert(
    records: &mut Transaction<'_>,
    generation: &Generation,
    id: &UploadId,
    record: &UploadRecord,
    open: u64,
) {
    records.write(&generation.open_uploads(), &(open + 1));
    records.write(&generation.upload(id), record);
    let [mock, system] = record.began();
    records.put(&Key::expiring_mock(mock, generation, id), Vec::new());
    records.put(&Key::expiring_system(system, generation, id), Vec::new());
}

/// Removes an upload of an existing repository, but not the objects of its parts.
pub(super) fn remove(
    records: &mut Transaction<'_>,
    generation: &Generation,
    key: &Key,
    record: &UploadRecord,
) -> Result<(), StoreError> {
    records.remove(key);
    for index in 0..record.parts {
        records.remove(&generation.upload_part(key.name(), index));
    }
    remove_expiry_of(records, generation, key, record);
    remove_open(records, generation)
}

/// Subtracts one from the number of unfinished uploads.
fn remove_open(records: &mut Transaction<'_>, generation: &Generation) -> Result<(), StoreError> {
    let open = open_uploads(records.view(), generation)?;
    records.write(&generation.open_uploads(), &open.saturating_sub(1));
    Ok(())
}

fn remove_expiry_of(
    records: &mut Transaction<'_>,
    generation: &Generation,
    key: &Key,
    record: &UploadRecord,
) {
    let [mock, system] = record.began();
    if let Ok(upload) = key.name().parse() {
        records.remove(&Key::expiring_mock(mock, generation, &upload));
        records.remove(&Key::expiring_system(system, generation, &upload));
    }
}

/// The largest number of expired uploads that the beginning of another upload removes.
const MAX_EXPIRED: usize = 10;

/// Returns whether an upload has expired on one of the two clocks.
pub(super) fn is_expired(began: [Timestamp; 2], now: [Timestamp; 2]) -> bool {
    began
        .iter()
        .zip(now)
        .any(|(began, now)| now >= *began + TTL)
}

/// Returns the folders of the uploads in the order of their beginning, each with the time on its clock.
fn expiring(now: [Timestamp; 2]) -> [(Folder, Timestamp); 2] {
    let [mock, system] = now;
    [
        (Folder::all_expiring_mock(), mock),
        (Folder::all_expiring_system(), system),
    ]
}

/// Returns whether the upload of a record in one of these folders has expired.
fn is_due(key: &Key, now: Timestamp) -> bool {
    let began = key.parts().nth(1).and_then(parse_time);
    began.is_some_and(|began| now >= began + TTL)
}

/// Returns whether a repository has an expired upload.
pub(super) fn has_expired(view: &dyn Snapshot, now: [Timestamp; 2]) -> Result<bool, StoreError> {
    let mut has_expired = false;
    for (folder, now) in expiring(now) {
        let first = view.keys(&folder, None, 1)?;
        has_expired |= first.iter().any(|key| is_due(key, now));
    }
    Ok(has_expired)
}

/// Removes the oldest expired uploads of all repositories: at least one, and further ones as long as the transaction is short.
pub(super) fn remove_expired(
    records: &mut Transaction<'_>,
    now: [Timestamp; 2],
) -> Result<(), StoreError> {
    for (folder, now) in expiring(now) {
        for key in records.view().keys(&folder, None, MAX_EXPIRED)? {
            if !is_due(&key, now) || records.is_long() {
                break;
            }
            records.remove(&key);
            let generation = key.parts().nth(2).unwrap_or_default();
            let generation = Generation::new(generation.to_owned());
            expire(records, &generation, &generation.uploads().key(key.name()))?;
        }
    }
    Ok(())
}

/// Removes an expired upload, if it still exists, also if its records cannot be parsed.
fn expire(
    records: &mut Transaction<'_>,
    generation: &Generation,
    key: &Key,
) -> Result<(), StoreError> {
    if !records.view().contains(key)? {
        return Ok(());
    }
    remove_expiry(records, generation, key)?;
    for part in records
        .view()
        .keys(&generation.upload_parts(key.name()), None, MAX_PARTS)?
    {
        release_part(records, &part)?;
        records.remove(&part);
    }
    records.remove(key);
    remove_open(records, generation)
}

/// Removes the records that let an upload expire.
pub(super) fn remove_expiry(
    records: &mut Transaction<'_>,
    generation: &Generation,
    key: &Key,
) -> Result<(), StoreError> {
    if let Some(record) = records.view().read_valid::<UploadRecord>(key)? {
        remove_expiry_of(records, generation, key, &record);
    }
    Ok(())
}

/// Lets the sweeper remove the object of a part.
pub(super) fn release_part(records: &mut Transaction<'_>, key: &Key) -> Result<(), StoreError> {
    if let Some(part) = records.view().read_valid::<StoredObject>(key)? {
        layer_record::mark_unused(records, &[part]);
    }
    Ok(())
}

/// Lets the sweeper remove the parts of an upload.
pub(super) fn mark_unused(
    records: &mut Transaction<'_>,
    generation: &Generation,
    key: &Key,
) -> Result<(), StoreError> {
    let parts = parts(records.view(), generation, key.name())?;
    layer_record::mark_unused(records, &parts);
    Ok(())
}

/// Returns the objects of the parts of an upload, in order.
pub(super) fn parts(
    view: &dyn Snapshot,
    generation: &Generation,
    upload: &str,
) -> Result<Vec<StoredObject>, StoreError> {
    let records = view.page(&generation.upload_parts(upload), None, MAX_PARTS)?;
    let parts = records.iter().map(|(key, bytes)| parse(key, bytes));
    parts.collect()
}
