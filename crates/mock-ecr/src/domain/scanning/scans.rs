//! Reads and starts scans in transactions.

use std::sync::Arc;

use crate::config::scanning::ScanResult;
use crate::config::{ScanFrequency, ScanType};
use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, Metadata, digest_of_tag};
use crate::domain::repository::RepositoryRecord;
use crate::domain::scan_error::ScanError;
use crate::domain::scanning::configuration::ScanningConfiguration;
use crate::domain::scanning::derived;
use crate::domain::scanning::scan::{Outcome, Scan, ScanRecord, enhanced_status};
use crate::domain::scanning::settings::ScanSettings;
use crate::store::{Generation, Key, Snapshot, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, Reference, RegistryId, RepositoryId};

/// Reads and writes scans in transactions.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Scans {
    pub(super) settings: Arc<ScanSettings>,
    /// Whether registries can have stored configurations. The repositories of the initial state are created in registries with their initial
    /// configurations.
    is_stored: bool,
}

impl Scans {
    pub(in crate::domain) fn new(settings: &Arc<ScanSettings>, is_stored: bool) -> Self {
        Scans {
            settings: Arc::clone(settings),
            is_stored,
        }
    }

    pub(super) fn configuration(
        &self,
        view: &dyn Snapshot,
        registry: &RegistryId,
    ) -> Result<ScanningConfiguration, RepositoryError> {
        let stored = match self.is_stored {
            true => view.read(&Key::scanning_configuration(registry))?,
            false => None,
        };
        let initial = || self.settings.registries.get(registry).cloned();
        Ok(stored.or_else(initial).unwrap_or_default())
    }

    /// Starts the scan of an image that was pushed, or that is available again, if the registry or the repository has basic scans on push.
    pub(in crate::domain) fn begin_on_push(
        &self,
        records: &mut Transaction<'_>,
        id: &RepositoryId,
        repository: &RepositoryRecord,
        digest: &Digest,
        metadata: &Metadata,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let configuration = self.configuration(records.view(), &id.registry)?;
        let rule = configuration.applied_rule(&id.name);
        let is_matched = rule.is_some_and(|rule| rule.frequency == ScanFrequency::ScanOnPush);
        if configuration.scan_type == ScanType::Enhanced
            || !(is_matched || repository.settings.scan_on_push)
            || require_scannable(metadata).is_err()
        {
            return Ok(());
        }
        let key = repository.generation().scan(digest);
        records.write(&key, &ScanRecord::new(now, self.settings.duration));
        Ok(())
    }

    /// Returns the scan of an image at a time.
    pub(super) fn scan(
        &self,
        view: &dyn Snapshot,
        id: &RepositoryId,
        generation: &Generation,
        configuration: &ScanningConfiguration,
        image: &ListedImage,
        now: Timestamp,
    ) -> Result<Option<Scan>, RepositoryError> {
        let outcome = || self.outcome(view, id, generation, &image.digest);
        if configuration.scan_type == ScanType::Basic {
            let record: Option<ScanRecord> = view.read(&generation.scan(&image.digest))?;
            let outcome = outcome()?;
            return Ok(record.map(|record| record.scan(now, outcome)));
        }
        let rule = configuration.applied_rule(&id.name);
        let rule = rule.filter(|_| require_scannable(&image.metadata).is_ok());
        let status = rule.and_then(|rule| {
            let pushed = image.metadata.pushed();
            enhanced_status(&rule, pushed, self.settings.duration, now)
        });
        let Some((status, completed)) = status else {
            return Ok(None);
        };
        Ok(Some(outcome()?.scan(ScanType::Enhanced, status, completed)))
    }

    /// Returns the outcome of the scans of an image: the result that was set, the one of the configuration, or a derived one.
    fn outcome(
        &self,
        view: &dyn Snapshot,
        id: &RepositoryId,
        generation: &Generation,
        digest: &Digest,
    ) -> Result<Outcome, RepositoryError> {
        let result = match view.read(&generation.scan_result(digest))? {
            Some(result) => result,
            None => self.configured_result(view, id, generation, digest)?,
        };
        Ok(Outcome {
            result,
            derived: derived::findings(&self.settings.seed, digest),
        })
    }

    fn configured_result(
        &self,
        view: &dyn Snapshot,
        id: &RepositoryId,
        generation: &Generation,
        digest: &Digest,
    ) -> Result<ScanResult, RepositoryError> {
        for (reference, result) in self.settings.results.get(id).into_iter().flatten() {
            let named = match reference {
                Reference::Digest(digest) => Some(digest.clone()),
                Reference::Tag(tag) => digest_of_tag(view, generation, tag)?,
            };
            if named.as_ref() == Some(digest) {
                return Ok(result.clone());
            }
        }
        Ok(ScanResult::default())
    }
}

/// Checks that an image can be scanned. An index and an artifact that is no image cannot.
pub(super) fn require_scannable(metadata: &Metadata) -> Result<(), ScanError> {
    match metadata.is_container_image() {
        true => Ok(()),
        false => Err(ScanError::UnsupportedImageType),
    }
}
