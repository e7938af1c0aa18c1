//! The quota of basic scans of a registry in a day.

use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::store::{Key, Transaction};
use crate::types::RegistryId;
use crate::types::timestamp::Timestamp;

/// The record of the scans of a registry on the last day with a scan.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct ScanCount {
    /// In days since 1970, in UTC.
    day: i64,
    scans: u32,
}

/// Returns whether the quota permits another scan, and counts it. Without a quota, scans are not counted, so that pushes to a registry do
/// not conflict.
///
/// Source of the quota: the user guide of Amazon ECR, `service-quotas.html`. That its day is one of UTC is `[ASSUME]`.
pub(super) fn count_scan(
    records: &mut Transaction<'_>,
    registry: &RegistryId,
    quota: Option<u32>,
    now: Timestamp,
) -> Result<bool, RepositoryError> {
    let Some(quota) = quota else { return Ok(true) };
    let (key, day) = (Key::scan_count(registry), now.as_millis().div_euclid(DAY));
    let last: Option<ScanCount> = records.view().read(&key)?;
    let scans = last.filter(|last| last.day == day);
    let scans = scans.map_or(0, |today| today.scans);
    if scans >= quota {
        return Ok(false);
    }
    let scans = scans + 1;
    records.write(&key, &ScanCount { day, scans });
    Ok(true)
}

const DAY: i64 = 24 * 3600 * 1000;
