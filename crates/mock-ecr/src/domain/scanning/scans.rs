//! Reads and starts scans in transactions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::scanning::{ScanResult, ScanStatus};
use crate::config::{ScanFrequency, ScanType};
use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, Metadata, digest_of_tag};
use crate::domain::registry_settings::RegistrySettings;
use crate::domain::repository::{Lookup, RepositoryRecord};
use crate::domain::scan_error::ScanError;
use crate::domain::scanning::configuration::{AppliedRule, ScanningConfiguration};
use crate::domain::scanning::daily_quota::count_scan;
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
    registries: RegistrySettings,
}

impl Scans {
    pub(in crate::domain) fn new(
        settings: &Arc<ScanSettings>,
        registries: RegistrySettings,
    ) -> Self {
        Scans {
            settings: Arc::clone(settings),
            registries,
        }
    }

    pub(super) fn configuration(
        &self,
        view: &dyn Snapshot,
        registry: &RegistryId,
    ) -> Result<ScanningConfiguration, RepositoryError> {
        let key = Key::scanning_configuration(registry);
        let stored = self.registries.read(view, &key)?;
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
        // That a push which exceeds the quota is accepted and not scanned is [ASSUME].
        self.start(records, &id.registry, &key, now)?;
        Ok(())
    }

    /// Writes the record of a scan. Returns false if the registry has reached its quota.
    pub(super) fn start(
        &self,
        records: &mut Transaction<'_>,
        registry: &RegistryId,
        key: &Key,
        now: Timestamp,
    ) -> Result<bool, RepositoryError> {
        let is_permitted = count_scan(records, registry, self.settings.daily_quota, now)?;
        if is_permitted {
            records.write(key, &ScanRecord::new(now, self.settings.duration));
        }
        Ok(is_permitted)
    }

    /// Returns what reads the scans of a repository.
    pub(in crate::domain) fn of_repository<'a>(
        &'a self,
        view: &'a dyn Snapshot,
        at: &'a Lookup,
    ) -> Result<RepositoryScans<'a>, RepositoryError> {
        let generation = at.generation(view)?;
        let configuration = self.configuration(view, &at.id.registry)?;
        let mut results = BTreeMap::new();
        for (reference, result) in self.settings.results.get(&at.id).into_iter().flatten() {
            let named = match reference {
                Reference::Digest(digest) => Some(digest.clone()),
                Reference::Tag(tag) => digest_of_tag(view, &generation, tag)?,
            };
            // The first one applies if several name an image.
            if let Some(digest) = named {
                results.entry(digest).or_insert(result);
            }
        }
        Ok(RepositoryScans {
            view,
            settings: &self.settings,
            rule: configuration.applied_rule(&at.id.name),
            scan_type: configuration.scan_type,
            generation,
            results,
        })
    }
}

/// Reads the scans of the images of a repository.
pub(in crate::domain) struct RepositoryScans<'a> {
    view: &'a dyn Snapshot,
    settings: &'a ScanSettings,
    generation: Generation,
    scan_type: ScanType,
    rule: Option<AppliedRule>,
    /// The results of the configuration.
    results: BTreeMap<Digest, &'a ScanResult>,
}

impl RepositoryScans<'_> {
    /// Returns the scan of an image at a time.
    pub(in crate::domain) fn scan(
        &self,
        image: &ListedImage,
        now: Timestamp,
    ) -> Result<Option<Scan>, RepositoryError> {
        let Some((status, completed)) = self.status(image, now)? else {
            return Ok(None);
        };
        // Source: the description of `ImageArchivedException` in the service model. That it replaces the status of an ended scan, without its
        // findings, and that an image that is being restored has it, too, is [ASSUME].
        if !image.metadata.status.is_active() {
            return Ok(Some(Scan::archived(self.scan_type)));
        }
        let Some(status) = status else {
            return Ok(Some(Scan::running(self.scan_type)));
        };
        let outcome = self.outcome(&image.digest)?;
        Ok(Some(outcome.scan(self.scan_type, status, completed)))
    }

    /// Returns the status of the scan of an image, and when it completes. The status is `None` while the scan runs.
    fn status(
        &self,
        image: &ListedImage,
        now: Timestamp,
    ) -> Result<Option<(Option<ScanStatus>, Timestamp)>, RepositoryError> {
        if self.scan_type == ScanType::Basic {
            let key = self.generation.scan(&image.digest);
            let record: Option<ScanRecord> = self.view.read(&key)?;
            return Ok(record.map(|record| record.status(now)));
        }
        let rule = self.rule.as_ref();
        let rule = rule.filter(|_| require_scannable(&image.metadata).is_ok());
        let Some(rule) = rule else {
            return Ok(None);
        };
        let (added, duration) = (image.metadata.added(), self.settings.duration);
        let ended = self.generation.enhanced_end(&image.digest);
        let status = enhanced_status(rule, added, duration, self.view.read(&ended)?, now);
        Ok(status.map(|(status, completed)| (Some(status), completed)))
    }

    /// Returns the outcome of the scans of an image: the result that was set, the one of the configuration, or a derived one.
    fn outcome(&self, digest: &Digest) -> Result<Outcome, RepositoryError> {
        let set = self.view.read(&self.generation.scan_result(digest))?;
        let configured = || self.results.get(digest).copied().cloned();
        let result: ScanResult = set.or_else(configured).unwrap_or_default();
        let derive = || derived::findings(&self.settings.seed, digest);
        Ok(Outcome {
            status: result.status,
            description: result.description,
            findings: result.findings.unwrap_or_else(derive),
        })
    }
}

/// Checks that an image can be scanned. An index and an artifact that is no image cannot.
pub(super) fn require_scannable(metadata: &Metadata) -> Result<(), ScanError> {
    match metadata.is_container_image() {
        true => Ok(()),
        false => Err(ScanError::UnsupportedImageType),
    }
}
