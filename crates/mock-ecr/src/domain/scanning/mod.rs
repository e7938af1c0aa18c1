//! The scanning of images: which images are scanned when, and what the scans find.

mod configuration;
mod daily_quota;
mod derived;
mod finish;
mod operations;
mod scan;
mod scans;
mod settings;

pub(crate) use configuration::ScanningConfiguration;
pub(crate) use operations::Scanned;
pub(crate) use scan::{Report, Scan};
pub(super) use scans::Scans;
pub(crate) use settings::ScanSettings;
