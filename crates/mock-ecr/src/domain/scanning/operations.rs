//! Changes the scanning of registries and repositories, starts and reads scans, and sets their results.

use crate::config::ScanType;
use crate::config::scanning::ScanResult;
use crate::domain::error::RepositoryError;
use crate::domain::image_record::image_of;
use crate::domain::listing::{TaggedImage, tagged};
use crate::domain::repositories::Repositories;
use crate::domain::scan_error::ScanError;
use crate::domain::scanning::configuration::ScanningConfiguration;
use crate::domain::scanning::scan::{Scan, ScanRecord};
use crate::domain::scanning::scans::require_scannable;
use crate::domain::selection::{Selection, SelectionError};
use crate::store::Key;
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, Reference, RegistryId, RepositoryId};

/// An image, and its scan if there is one.
#[derive(Clone, Debug)]
pub(crate) struct Scanned {
    pub(crate) image: TaggedImage,
    pub(crate) scan: Option<Scan>,
}

impl Repositories {
    /// Returns the scanning configuration of a registry.
    pub(crate) async fn scanning_configuration(
        &self,
        registry: &RegistryId,
    ) -> Result<ScanningConfiguration, RepositoryError> {
        let (scans, registry) = (self.scans(), registry.clone());
        self.store
            .read(move |view| scans.configuration(view, &registry))
            .await
    }

    /// Replaces the scanning configuration of a registry.
    pub(crate) async fn put_scanning_configuration(
        &self,
        registry: &RegistryId,
        configuration: ScanningConfiguration,
    ) -> Result<(), RepositoryError> {
        let (scans, registry) = (self.scans(), registry.clone());
        self.store
            .transact(move |records| {
                let previous = scans.configuration(records.view(), &registry)?;
                let configuration = configuration.clone().continuing(&previous);
                records.write(&Key::scanning_configuration(&registry), &configuration);
                Ok(())
            })
            .await
    }

    /// Sets whether images are scanned when they are pushed.
    pub(crate) async fn put_scan_on_push(
        &self,
        id: &RepositoryId,
        scan_on_push: bool,
    ) -> Result<(), RepositoryError> {
        let at = self.lookup(id);
        self.store
            .transact(move |records| {
                let mut record = at.find(records.view())?;
                record.settings.scan_on_push = scan_on_push;
                records.write(&at.key, &record);
                Ok(())
            })
            .await
    }

    /// Starts a basic scan of an image. Returns the digest of the image.
    ///
    /// # Errors
    ///
    /// Returns an error if the registry has enhanced scanning, if the image cannot be scanned, if it was scanned within 24 hours, or if
    /// the registry has reached its quota of scans.
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
                    return Err(ScanError::ManualScansDisabled.into());
                }
                require_scannable(&image.metadata)?;
                if !image.metadata.status.is_active() {
                    return Err(ScanError::ImageArchived.into());
                }
                let key = generation.scan(&image.digest);
                let last: Option<ScanRecord> = records.view().read(&key)?;
                if last.is_some_and(|last| !last.permits_another(now)) {
                    return Err(ScanError::ScannedRecently.into());
                }
                if !scans.start(records, &at.id.registry, &key, now)? {
                    return Err(ScanError::DailyQuota.into());
                }
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
                let scan = scans.of_repository(view, &at)?.scan(&image, now)?;
                let image = tagged(view, &generation, image)?;
                Ok(Ok(Scanned { image, scan }))
            })
            .await
    }

    /// Returns summaries of the scans of images, if the registry has enhanced scanning. Otherwise there are none. The findings of many images
    /// can be large, so they are not in memory at the same time.
    pub(crate) async fn enhanced_scans<S: Send + 'static>(
        &self,
        id: &RepositoryId,
        digests: Vec<Digest>,
        now: Timestamp,
        summarize: fn(&Scan) -> S,
    ) -> Result<Vec<Option<S>>, RepositoryError> {
        let (at, scans) = (self.lookup(id), self.scans());
        self.store
            .read(move |view| {
                let configuration = scans.configuration(view, &at.id.registry)?;
                if configuration.scan_type == ScanType::Basic {
                    return Ok(digests.iter().map(|_| None).collect());
                }
                let generation = at.generation(view)?;
                let scans = scans.of_repository(view, &at)?;
                let scan = |digest: &Digest| match image_of(view, &generation, digest)? {
                    Some(image) => Ok(scans.scan(&image, now)?.as_ref().map(summarize)),
                    None => Ok(None),
                };
                digests.iter().map(scan).collect()
            })
            .await
    }

    /// Sets the result of the scans of an image. It replaces the result of a scan that has ended. Returns the digest of the image.
    ///
    /// # Errors
    ///
    /// Returns an error if the image cannot be scanned: its result would never be read.
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
                let image = image_of(records.view(), &generation, &digest)?
                    .ok_or_else(|| at.image_not_found(reference.clone()))?;
                require_scannable(&image.metadata)?;
                records.write(&generation.scan_result(&digest), &result);
                Ok(digest)
            })
            .await
    }
}
