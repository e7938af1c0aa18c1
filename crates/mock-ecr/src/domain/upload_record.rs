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
    let open = open_uploads(records.view(), generation)?;
    records.write(&generation.open_uploads(), &open.saturating_sub(1));
    remove_records(records, generation, key, record);
    Ok(())
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

/// Removes the oldest expired uploads of all repositories.
pub(super) fn remove_expired(
    records: &mut Transaction<'_>,
    now: Timestamp,
    system: Timestamp,
) -> Result<(), StoreError> {
    for (folder, now) in [
        (Folder::all_expiring_mock(), now),
        (Folder::all_expiring_system(), system),
    ] {
        for (key, _) in records.view().page(&folder, None, MAX_EXPIRED)? {
            let mut parts = key.parts().skip(1);
            let began = parts.next().and_then(parse_time);
            if began.is_none_or(|began| now < began + TTL) {
                break;
            }
            records.remove(&key);
            let generation = Generation::new(parts.next().unwrap_or_default().to_owned());
            let upload = generation.uploads().key(key.name());
            if let Some(value) = records.view().get(&upload)? {
                let record: UploadRecord = parse(&upload, &value)?;
                mark_unused(records, &generation, &upload)?;
                remove(records, &generation, &upload, &record)?;
            }
        }
    }
    Ok(())
}

/// Removes an upload of a deleted repository, and lets the sweeper remove its parts.
pub(super) fn discard(
    records: &mut Transaction<'_>,
    generation: &Generation,
    key: &Key,
    value: &[u8],
) -> Result<(), StoreError> {
    let record: UploadRecord = parse(key, value)?;
    mark_unused(records, generation, key)?;
    remove_records(records, generation, key, &record);
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

/// Removes the records of an upload, except the number of unfinished uploads.
fn remove_records(
    records: &mut Transaction<'_>,
    generation: &Generation,
    key: &Key,
    record: &UploadRecord,
) {
    records.remove(key);
    for index in 0..record.parts {
        records.remove(&generation.upload_part(key.name(), index));
    }
    let [mock, system] = record.began();
    if let Ok(upload) = key.name().parse() {
        records.remove(&Key::expiring_mock(mock, generation, &upload));
        records.remove(&Key::expiring_system(system, generation, &upload));
    }
}
