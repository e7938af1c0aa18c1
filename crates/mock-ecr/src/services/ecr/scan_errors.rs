//! Converts errors of scans to the codes and messages of the ECR API.
//!
//! Sources of the messages: alexjurkiewicz/ecr-scan-image#44 (2024) for `This feature is disabled`, five reports from 2021 to 2026 for the
//! quota of scans, and the sentence about `ImageArchivedException` in the service model for an archived image (`[ASSUME]`). The other
//! ones are `[ASSUME]`, too.

use crate::aws::error::ApiError;
use crate::domain::scan_error::ScanError;

impl From<ScanError> for ApiError {
    fn from(error: ScanError) -> Self {
        let (code, message) = match error {
            ScanError::ManualScansDisabled => ("ValidationException", "This feature is disabled"),
            ScanError::UnsupportedImageType => (
                "UnsupportedImageTypeException",
                "The image is of a type that cannot be scanned.",
            ),
            ScanError::ImageArchived => (
                "ImageArchivedException",
                "The specified image is archived and cannot be scanned.",
            ),
            ScanError::ScannedRecently => (
                "LimitExceededException",
                "The scan quota per image has been exceeded. Wait and try again.",
            ),
            ScanError::DailyQuota => (
                "LimitExceededException",
                "The scan quota per registry has been exceeded. Wait and try again.",
            ),
        };
        ApiError::modelled(code, message.to_owned())
    }
}
