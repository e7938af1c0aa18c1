//! The scanning of images: the initial scanning configurations of registries, and the results of scans.

mod check;
mod finding;
mod image_result;
mod registry_scanning;
mod result;

pub(crate) use registry_scanning::check_rules;

pub use finding::{Finding, FindingSeverity};
pub use image_result::ImageScanResult;
pub use registry_scanning::{RegistryScanning, ScanFrequency, ScanRule, ScanType};
pub(crate) use result::InvalidScanResult;
pub use result::{ScanResult, ScanStatus};
