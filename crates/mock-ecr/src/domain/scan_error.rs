//! Why a scan cannot be started.

/// The reason why a scan of an image cannot be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScanError {
    #[error("the registry has enhanced scanning, in which scans cannot be started")]
    ManualScansDisabled,
    #[error("the image is an index or an artifact, which cannot be scanned")]
    UnsupportedImageType,
    /// The image is archived, or is being restored.
    #[error("the image is archived, and an archived image cannot be scanned")]
    ImageArchived,
    /// The image was scanned within 24 hours.
    #[error("the image was scanned within the last 24 hours")]
    ScannedRecently,
    /// The scans of the day have reached the quota of the registry.
    #[error(
        "the registry has reached its quota of scans in a day: wait, or increase quotas.scans_per_day"
    )]
    DailyQuota,
}
