//! Creates, finds, changes and deletes repositories.

use std::sync::Arc;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::{Background, Quotas};
use crate::domain::due;
use crate::domain::due_runner::DueRunner;
use crate::domain::error::RepositoryError;
use crate::domain::mutability::TagMutability;
use crate::domain::quota;
use crate::domain::registry_settings::{InitialSettings, RegistrySettings};
use crate::domain::rejection::Rules;
use crate::domain::replication::ReplicationSettings;
use crate::domain::repository::{Lookup, Repository, RepositoryRecord, Settings};
use crate::domain::reset_count;
use crate::domain::resource_tag_record::{self, ResourceTag};
use crate::domain::scanning::{ScanSettings, Scans};
use crate::domain::signing_permission::SigningPermission;
use crate::domain::sweeper::Sweeper;
use crate::domain::upload_ids::UploadIds;
use crate::store::{Folder, Generation, Key, Record, Snapshot, Store, Transaction, parse};
use crate::types::revision::Revision;
use crate::types::timestamp::Timestamp;
use crate::types::{RegistryId, RepositoryId, RepositoryName};

/// The repositories of a mock, of all accounts and Regions. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Repositories {
    pub(super) store: Store,
    pub(super) upload_ids: Arc<UploadIds>,
    pub(super) sweeper: Arc<Sweeper>,
    /// The system's time, for uploads that expire although the clock of the mock is frozen.
    pub(super) system_time: fn() -> Timestamp,
    /// What a push must comply with.
    pub(super) rules: Rules,
    pub(super) quotas: Quotas,
    pub(super) background: Background,
    pub(super) signing_permission: SigningPermission,
    pub(super) replication_settings: Arc<ReplicationSettings>,
    pub(super) backfill_ids: Arc<UploadIds>,
    pub(super) due_runner: Arc<DueRunner>,
    pub(super) registry_settings: RegistrySettings,
    scan_settings: Arc<ScanSettings>,
    /// The clock of the mock, which can be set back while an operation is in progress.
    pub(super) clock: Option<Clock>,
    /// Changes or is closed when the mock stops.
    pub(super) stopping: Option<watch::Receiver<()>>,
    pub(super) visibility: Visibility,
}

/// Whether the operations concern the repositories that requests find, or one that is still being created.
#[derive(Clone, Debug)]
pub(super) enum Visibility {
    Published,
    Unpublished(Generation),
}

impl Repositories {
    /// Returns the repositories of a store. Pushes need not comply with the rules of ECR.
    pub(crate) fn new(store: Store, seed: &str, system_time: fn() -> Timestamp) -> Self {
        Repositories {
            sweeper: Arc::new(Sweeper::new(store.clone())),
            store,
            upload_ids: Arc::new(UploadIds::from_seed(seed)),
            system_time,
            rules: Rules::NONE,
            quotas: Quotas::default(),
            background: Background::default(),
            signing_permission: SigningPermission::Allowed,
            replication_settings: Arc::default(),
            backfill_ids: Arc::new(UploadIds::from_seed(&format!("{seed}\nbackfills"))),
            due_runner: Arc::default(),
            registry_settings: RegistrySettings::Stored,
            scan_settings: Arc::default(),
            clock: None,
            stopping: None,
            visibility: Visibility::Published,
        }
    }

    /// Returns repositories that apply these rules to pushes.
    pub(crate) fn with_rules(&self, rules: Rules) -> Self {
        Repositories {
            rules,
            ..self.clone()
        }
    }

    /// Returns repositories whose operations are not at times after that of the clock.
    pub(crate) fn with_clock(&self, clock: &Clock) -> Self {
        Repositories {
            clock: Some(clock.clone()),
            ..self.clone()
        }
    }

    /// Returns repositories whose due work ends soon after the mock was requested to stop.
    pub(crate) fn with_stop(&self, stopping: &watch::Receiver<()>) -> Self {
        Repositories {
            stopping: Some(stopping.clone()),
            ..self.clone()
        }
    }

    /// Returns repositories that apply these quotas.
    pub(crate) fn with_quotas(&self, quotas: Quotas) -> Self {
        Repositories {
            quotas,
            ..self.clone()
        }
    }

    /// Returns repositories whose work in the background has these durations.
    pub(crate) fn with_background(&self, background: Background) -> Self {
        Repositories {
            background,
            ..self.clone()
        }
    }

    /// Returns repositories in which pushes have this permission to sign.
    pub(crate) fn with_signing_permission(&self, permission: SigningPermission) -> Self {
        Repositories {
            signing_permission: permission,
            ..self.clone()
        }
    }

    /// Returns repositories whose images are scanned with these settings.
    pub(crate) fn with_scan_settings(&self, settings: ScanSettings) -> Self {
        Repositories {
            scan_settings: Arc::new(settings),
            ..self.clone()
        }
    }

    /// Returns repositories whose images are replicated with these settings.
    pub(crate) fn with_replication_settings(&self, settings: ReplicationSettings) -> Self {
        Repositories {
            replication_settings: Arc::new(settings),
            ..self.clone()
        }
    }

    /// Returns repositories in registries with these settings instead of the stored ones, for a reset.
    pub(crate) fn with_initial_settings(&self, settings: InitialSettings) -> Self {
        Repositories {
            registry_settings: RegistrySettings::Initial(Arc::new(settings)),
            ..self.clone()
        }
    }

    /// Returns the number of changes by this process, also of images and settings, and by work in the background.
    pub(crate) fn revision(&self) -> &Revision {
        self.store.revision()
    }

    /// Returns what reads and writes scans.
    pub(super) fn scans(&self) -> Scans {
        Scans::new(&self.scan_settings, self.registry_settings.clone())
    }

    /// Lets the data be removed that an interrupted process has left, and the uploads that have expired.
    pub(crate) async fn recover(&self, now: Timestamp) -> Result<(), RepositoryError> {
        let now = [now, (self.system_time)()];
        Ok(self.sweeper.recover(now).await?)
    }

    /// Deletes all repositories, their due work and all settings of accounts and registries, publishes the given repositories and settings at
    /// the same time, and begins another sequence of upload ids.
    pub(crate) async fn reset(&self, initial: &[Unpublished]) -> Result<(), RepositoryError> {
        let (initial, settings) = (initial.to_vec(), self.registry_settings.clone());
        self.sweeper
            .transact(move |records| {
                reset_count::increment(records)?;
                for (key, bytes) in
                    records
                        .view()
                        .page(&Folder::repositories(), None, usize::MAX)?
                {
                    let record: RepositoryRecord = parse(&key, &bytes)?;
                    discard(records, &key, &record);
                }
                for key in records.view().keys(&Folder::settings(), None, usize::MAX)? {
                    records.remove(&key);
                }
                settings.insert(records);
                // The repositories of the initial state, and those that another server is creating.
                due::clear(records, |view, generation| {
                    view.contains(&Key::unpublished(generation))
                })?;
                let mut publications = initial.iter();
                publications.try_for_each(|one| publish(records, one))
            })
            .await?;
        self.upload_ids.reset();
        self.backfill_ids.reset();
        Ok(())
    }

    /// Creates a repository with its resource tags.
    pub(crate) async fn create(
        &self,
        id: &RepositoryId,
        settings: Settings,
        tags: Vec<ResourceTag>,
    ) -> Result<Repository, RepositoryError> {
        let generation = Generation::new(self.store.unique_name().await?);
        let (at, quotas) = (self.lookup(id), self.quotas);
        self.store
            .transact(move |records| {
                if at.existing(records.view())?.is_some() {
                    return Err(RepositoryError::RepositoryAlreadyExists(at.id.clone()));
                }
                quota::check_repositories(records.view(), &at.id, quotas)?;
                let record = insert(records, &at, &generation, settings.clone());
                resource_tag_record::put(records, &generation, &tags);
                Ok(at.repository(record))
            })
            .await
    }

    /// Creates a repository with its resource tags, which requests do not find before it is published.
    pub(crate) async fn create_unpublished(
        &self,
        id: &RepositoryId,
        settings: Settings,
        tags: Vec<ResourceTag>,
    ) -> Result<Unpublished, RepositoryError> {
        let generation = Generation::new(self.store.unique_name().await?);
        let unpublished = Unpublished {
            content: Repositories {
                visibility: Visibility::Unpublished(generation.clone()),
                ..self.clone()
            },
            id: id.clone(),
        };
        let at = unpublished.lookup();
        self.store
            .transact(move |records| {
                insert(records, &at, &generation, settings.clone());
                resource_tag_record::put(records, &generation, &tags);
                Ok::<_, RepositoryError>(())
            })
            .await?;
        Ok(unpublished)
    }

    /// Returns the place of the record of a repository.
    pub(super) fn lookup(&self, id: &RepositoryId) -> Lookup {
        let key = match &self.visibility {
            Visibility::Published => Key::repository(id),
            Visibility::Unpublished(generation) => Key::unpublished(generation),
        };
        Lookup {
            id: id.clone(),
            key,
        }
    }

    pub(crate) async fn find(&self, id: &RepositoryId) -> Result<Repository, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| Ok(at.repository(at.find(view)?)))
            .await
    }

    /// Returns at most `limit` repositories that follow `after`, in the byte order of their names.
    pub(crate) async fn list(
        &self,
        registry: &RegistryId,
        after: Option<&RepositoryName>,
        limit: usize,
    ) -> Result<Vec<Repository>, RepositoryError> {
        let (registry, after) = (registry.clone(), after.cloned());
        self.store
            .read(move |view| {
                let folder = Folder::repositories_of(&registry);
                let after = after.as_ref().map(RepositoryName::as_str);
                let page = view.page(&folder, after, limit)?;
                let repository = |(key, bytes): &Record| Ok(listed(key, bytes)?.0);
                page.iter().map(repository).collect()
            })
            .await
    }

    /// Returns the repositories of all registries, ordered by account, Region and name.
    pub(crate) async fn all(&self) -> Result<Vec<Repository>, RepositoryError> {
        let all = self.store.read(all_in).await?;
        Ok(all.into_iter().map(|(repository, _)| repository).collect())
    }

    /// Deletes a repository.
    ///
    /// # Errors
    ///
    /// Returns an error if the repository does not exist or contains images.
    pub(crate) async fn delete(&self, id: &RepositoryId) -> Result<Repository, RepositoryError> {
        self.remove(id, WithImages::Rejected).await
    }

    /// Deletes a repository and its content.
    pub(crate) async fn delete_with_images(
        &self,
        id: &RepositoryId,
    ) -> Result<Repository, RepositoryError> {
        self.remove(id, WithImages::Removed).await
    }

    /// Removes the record of a repository. No request finds its content then, which the sweeper removes later.
    async fn remove(
        &self,
        id: &RepositoryId,
        images: WithImages,
    ) -> Result<Repository, RepositoryError> {
        let at = self.lookup(id);
        let removed = self.sweeper.transact(move |records| {
            let record = at.find(records.view())?;
            let folder = record.generation().images();
            if images == WithImages::Rejected && !records.view().is_empty(&folder)? {
                return Err(RepositoryError::RepositoryNotEmpty(at.id.clone()));
            }
            discard(records, &at.key, &record);
            Ok(at.repository(record))
        });
        removed.await
    }

    pub(crate) async fn put_mutability(
        &self,
        id: &RepositoryId,
        mutability: TagMutability,
    ) -> Result<Repository, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .transact(move |records| {
                let mut record = at.find(records.view())?;
                record.settings.mutability = mutability.clone();
                records.write(&at.key, &record);
                Ok(at.repository(record))
            })
            .await
    }
}

/// Whether a repository that contains images can be deleted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WithImages {
    Rejected,
    Removed,
}

/// A repository that is being created with its first images.
#[derive(Clone, Debug)]
pub(crate) struct Unpublished {
    id: RepositoryId,
    /// Contains this repository only.
    content: Repositories,
}

impl Unpublished {
    /// Returns the repositories in which operations find this one.
    pub(crate) fn content(&self) -> &Repositories {
        &self.content
    }

    /// Publishes the repository. If one of this name exists by now, it is kept, and this one is discarded.
    pub(crate) async fn publish(self) -> Result<(), RepositoryError> {
        let sweeper = Arc::clone(&self.content.sweeper);
        sweeper
            .transact(move |records| publish(records, &self))
            .await
    }

    pub(crate) async fn discard(self) -> Result<(), RepositoryError> {
        self.content.delete_with_images(&self.id).await.map(drop)
    }

    fn lookup(&self) -> Lookup {
        self.content.lookup(&self.id)
    }
}

fn publish(records: &mut Transaction<'_>, one: &Unpublished) -> Result<(), RepositoryError> {
    let (at, published) = (one.lookup(), Key::repository(&one.id));
    let record = at.find(records.view())?;
    if records.view().contains(&published)? {
        discard(records, &at.key, &record);
    } else {
        records.remove(&at.key);
        records.write(&published, &record);
    }
    Ok(())
}

/// Removes the record of a repository, and lets the sweeper remove its content.
pub(super) fn discard(records: &mut Transaction<'_>, key: &Key, record: &RepositoryRecord) {
    records.remove(key);
    records.put(&Key::garbage(&record.generation()), Vec::new());
}

/// Adds the record of a repository, and the record by which the repository of its generation is found.
pub(super) fn insert(
    records: &mut Transaction<'_>,
    at: &Lookup,
    generation: &Generation,
    settings: Settings,
) -> RepositoryRecord {
    let record = RepositoryRecord::new(generation, settings);
    records.write(&at.key, &record);
    let key = Key::repository(&at.id).as_bytes().to_vec();
    records.put(&generation.repository(), key);
    record
}

/// Returns the repository of a generation, if requests find it.
pub(super) fn published(
    view: &dyn Snapshot,
    generation: &Generation,
) -> Result<Option<RepositoryId>, RepositoryError> {
    let Some(key) = view.get(&generation.repository())? else {
        return Ok(None);
    };
    let key = Key::from_bytes(&key);
    let record: Option<RepositoryRecord> = view.read(&key)?;
    let is_current = record.is_some_and(|record| record.generation() == *generation);
    Ok(is_current.then(|| id_of(&key)).flatten())
}

/// Returns the place of the repository of a generation, if requests find it.
pub(super) fn lookup_of(
    view: &dyn Snapshot,
    generation: &Generation,
) -> Result<Option<Lookup>, RepositoryError> {
    let id = published(view, generation)?;
    Ok(id.map(|id| Lookup {
        key: Key::repository(&id),
        id,
    }))
}

/// Returns the repositories of all registries, ordered by account, Region and name.
pub(super) fn all_in(
    view: &dyn Snapshot,
) -> Result<Vec<(Repository, Generation)>, RepositoryError> {
    let page = view.page(&Folder::repositories(), None, usize::MAX)?;
    page.iter().map(|(key, bytes)| listed(key, bytes)).collect()
}

/// Returns the repositories of a registry, ordered by name.
pub(super) fn all_of(
    view: &dyn Snapshot,
    registry: &RegistryId,
) -> Result<Vec<(Repository, Generation)>, RepositoryError> {
    let page = view.page(&Folder::repositories_of(registry), None, usize::MAX)?;
    page.iter().map(|(key, bytes)| listed(key, bytes)).collect()
}

fn listed(key: &Key, bytes: &[u8]) -> Result<(Repository, Generation), RepositoryError> {
    let record: RepositoryRecord = parse(key, bytes)?;
    let generation = record.generation();
    let repository = Repository {
        id: id_of(key).ok_or_else(|| RepositoryError::InvalidKey(key.clone()))?,
        settings: record.settings,
    };
    Ok((repository, generation))
}

/// Returns the repository that the key of its record names.
fn id_of(key: &Key) -> Option<RepositoryId> {
    let mut parts = key.parts().skip(1);
    let registry = RegistryId::parse(parts.next()?, parts.next()?)?;
    let name = parts.next()?.parse().ok()?;
    Some(RepositoryId { registry, name })
}
