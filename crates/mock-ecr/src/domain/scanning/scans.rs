//! Starts scans, reads them, and sets their results.

use std::sync::Arc;

use crate::config::scanning::ScanResult;
use crate::config::{ScanFrequency, ScanType};
use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, Metadata, digest_of_tag, image_of};
use crate::domain::listing::tagged;
use crate::domain::repositories::Repositories;
use crate::domain::repository::RepositoryRecord;
use crate::domain::scanning::configuration::ScanningConfiguration;
use crate::domain::scanning::derived;
use crate::domain::scanning::scan::{Outcome, Scan, ScanRecord, Scanned, enhanced_status};
use crate::domain::scanning::settings::ScanSettings;
use crate::domain::selection::{Selection, SelectionError};
use crate::store::{Generation, Key, Snapshot, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, Reference, RegistryId, RepositoryId};

impl Repositories {
    /// Starts a basic scan of an image. Returns the digest of the image.
    ///
    /// # Errors
    ///
    /// Returns an error if the registry has enhanced scanning, if the image cannot be scanned, or if it was scanned within 24 hours.
    pub(crate) async fn start_scan(
        &self,
        id: &RepositoryId,
        selection: Selection,
        now: Timestamp,
    ) -> Result<Result<Digest, SelectionError>, RepositoryError> {
        let (at, scans) = (self.lookup(id), self.scans());
        self.store
            .transact(move |records| {
                let generation = at.generation(records.view())?;
                let image = match selection.find(records.view(), &generation)? {
                    Ok(image) => image,
                    Err(error) => return Ok(Err(error)),
                };
                let configuration = scans.configuration(records.view(), &at.id.registry)?;
                if configuration.scan_type == ScanType::Enhanced {
                    return Err(RepositoryError::ManualScansDisabled);
                }
                require_scannable(&image.metadata)?;
                let key = generation.scan(&image.digest);
                let last: Option<ScanRecord> = records.view().read(&key)?;
                if last.is_some_and(|last| !last.permits_another(now)) {
                    return Err(RepositoryError::ScannedRecently);
                }
                records.write(&key, &ScanRecord::new(now, scans.settings.duration));
                Ok(Ok(image.digest))
            })
            .await
    }

    /// Returns an image and its scan at a time.
    pub(crate) async fn scan(
        &self,
        id: &RepositoryId,
        selection: Selection,
        now: Timestamp,
    ) -> Result<Result<Scanned, SelectionError>, RepositoryError> {
        let (at, scans) = (self.lookup(id), self.scans());
        self.store
            .read(move |view| {
                let generation = at.generation(view)?;
                let image = match selection.find(view, &generation)? {
                    Ok(image) => image,
                    Err(error) => return Ok(Err(error)),
                };
                let configuration = scans.configuration(view, &at.id.registry)?;
                let scan = scans.scan(view, &at.id, &generation, &configuration, &image, now)?;
                let image = tagged(view, &generation, image)?;
                Ok(Ok(Scanned { image, scan }))
            })
            .await
    }

    /// Returns the scans of images, if the registry has enhanced scanning. Otherwise there are none.
    pub(crate) async fn enhanced_scans(
        &self,
        id: &RepositoryId,
        digests: Vec<Digest>,
        now: Timestamp,
    ) -> Result<Vec<Option<Scan>>, RepositoryError> {
        let (at, scans) = (self.lookup(id), self.scans());
        self.store
            .read(move |view| {
                let configuration = scans.configuration(view, &at.id.registry)?;
                if configuration.scan_type == ScanType::Basic {
                    return Ok(vec![None; digests.len()]);
                }
                let generation = at.generation(view)?;
                let scan = |digest: &Digest| match image_of(view, &generation, digest)? {
                    Some(image) => {
                        scans.scan(view, &at.id, &generation, &configuration, &image, now)
                    }
                    None => Ok(None),
                };
                digests.iter().map(scan).collect()
            })
            .await
    }

    /// Sets the result of the scans of an image. It replaces the result of a scan that has ended. Returns the digest of the image.
    pub(crate) async fn put_scan_result(
        &self,
        id: &RepositoryId,
        reference: &Reference,
        result: ScanResult,
    ) -> Result<Digest, RepositoryError> {
        let (at, reference) = (self.lookup(id), reference.clone());
        self.store
            .transact(move |records| {
                let generation = at.generation(records.view())?;
                let digest = at.resolve(records.view(), &generation, &reference)?;
                if image_of(records.view(), &generation, &digest)?.is_none() {
                    return Err(at.image_not_found(reference.clone()));
                }
                records.write(&generation.scan_result(&digest), &result);
                Ok(digest)
            })
            .await
    }
}

/// Reads and writes scans in transactions.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Scans {
    settings: Arc<ScanSettings>,
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

    fn scan(
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
fn require_scannable(metadata: &Metadata) -> Result<(), RepositoryError> {
    match metadata.is_container_image() {
        true => Ok(()),
        false => Err(RepositoryError::UnsupportedImageType),
    }
}
