//! What scans depend on in the configuration of a mock.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::config::Config;
use crate::config::scanning::ScanResult;
use crate::domain::scanning::configuration::ScanningConfiguration;
use crate::types::{Reference, RegistryId, RepositoryId};

/// What scans depend on in the configuration of a mock.
#[derive(Debug, Default)]
pub(crate) struct ScanSettings {
    pub(super) seed: String,
    /// The time from the start of a scan to its end.
    pub(super) duration: Duration,
    /// The maximum number of basic scans of a registry in a day.
    pub(super) daily_quota: Option<u32>,
    /// The configurations of the registries until they are replaced.
    pub(super) registries: BTreeMap<RegistryId, ScanningConfiguration>,
    /// The results of the scans of images.
    pub(super) results: BTreeMap<RepositoryId, Vec<(Reference, ScanResult)>>,
}

impl ScanSettings {
    pub(crate) fn new(config: &Config) -> Self {
        let registries = config.registry_scanning.iter();
        let registries = registries.map(|one| {
            let id = config.registry_id(one.account, one.region.as_ref());
            (id, ScanningConfiguration::from(one))
        });
        let mut settings = ScanSettings {
            seed: config.seed.clone(),
            duration: config.background.scan_duration,
            daily_quota: config.quotas.scans_per_day,
            registries: registries.collect(),
            results: BTreeMap::new(),
        };
        for one in &config.scan_results {
            let id = RepositoryId {
                registry: config.registry_id(one.account, one.region.as_ref()),
                name: one.repository.clone(),
            };
            // A configuration with an invalid reference is rejected before.
            if let Ok(reference) = one.image.parse() {
                let results = settings.results.entry(id).or_default();
                results.push((reference, one.result()));
            }
        }
        settings
    }
}
