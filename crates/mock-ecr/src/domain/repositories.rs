//! Creates, finds, changes and deletes repositories.

use crate::aws::request_id::RequestIds;
use crate::domain::error::RepositoryError;
use crate::domain::mutability::TagMutability;
use crate::domain::repository::{Repository, Settings};
use crate::iam::policy::RepositoryPolicy;
use crate::store::{Created, Folder, Key, Store, decode, encode};
use crate::types::{RegistryId, RepositoryId, RepositoryName};

/// The repositories of a mock, of all accounts and Regions.
#[derive(Debug)]
pub(crate) struct Repositories {
    pub(super) store: Store,
    pub(super) upload_ids: RequestIds,
}

impl Repositories {
    /// Returns the repositories of a store. The upload ids are generated from the seed.
    pub(crate) fn new(store: Store, seed: &str) -> Self {
        Repositories {
            store,
            upload_ids: RequestIds::from_seed(&upload_seed(seed)),
        }
    }

    /// Deletes all repositories, including those of other servers on the same store, and restarts the generator of upload ids.
    pub(crate) async fn reset(&self, seed: &str) -> Result<(), RepositoryError> {
        self.store.clear(&Folder::registries()).await?;
        self.upload_ids.restart(&upload_seed(seed));
        Ok(())
    }

    pub(crate) async fn create(
        &self,
        id: &RepositoryId,
        settings: Settings,
    ) -> Result<Repository, RepositoryError> {
        match self
            .store
            .create_record(&Key::repository(id), &settings)
            .await?
        {
            Created::New => Ok(Repository {
                id: id.clone(),
                settings,
            }),
            Created::Existing => Err(RepositoryError::RepositoryAlreadyExists(id.clone())),
        }
    }

    pub(crate) async fn find(&self, id: &RepositoryId) -> Result<Repository, RepositoryError> {
        let settings = self.store.read_record(&Key::repository(id)).await?;
        let settings = settings.ok_or_else(|| RepositoryError::RepositoryNotFound(id.clone()))?;
        Ok(Repository {
            id: id.clone(),
            settings,
        })
    }

    /// Returns at most `limit` repositories that follow `after`, in the order of their names in the store.
    pub(crate) async fn list(
        &self,
        registry: &RegistryId,
        after: Option<&RepositoryName>,
        limit: usize,
    ) -> Result<Vec<Repository>, RepositoryError> {
        let folder = Folder::repositories(registry);
        let after = after.map(encode);
        let mut repositories = Vec::new();
        for entry in self.store.page(&folder, after.as_deref(), limit).await? {
            let Some(name) = decode(&entry.name) else {
                continue;
            };
            let registry = registry.clone();
            let id = RepositoryId { registry, name };
            match self.find(&id).await {
                // The repository was deleted after it was listed.
                Err(RepositoryError::RepositoryNotFound(_)) => {}
                found => repositories.push(found?),
            }
        }
        Ok(repositories)
    }

    /// Returns the repositories of all registries, ordered by account, Region and name.
    pub(crate) async fn all(&self) -> Result<Vec<Repository>, RepositoryError> {
        let mut repositories = Vec::new();
        for registry in self.registries().await? {
            repositories.extend(self.list(&registry, None, usize::MAX).await?);
        }
        // The order of the names in the store differs: there, `!` replaces the slash.
        repositories.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(repositories)
    }

    /// Returns the registries that contain objects.
    async fn registries(&self) -> Result<Vec<RegistryId>, RepositoryError> {
        let mut registries = Vec::new();
        for account in self.store.folders(&Folder::registries()).await? {
            let places = self.store.folders(&Folder::account(&account)).await?;
            let parsed = places
                .iter()
                .map(|place| RegistryId::parse(&account, place));
            registries.extend(parsed.flatten());
        }
        Ok(registries)
    }

    /// Deletes a repository.
    ///
    /// # Errors
    ///
    /// Returns an error if the repository does not exist or contains images.
    pub(crate) async fn delete(&self, id: &RepositoryId) -> Result<Repository, RepositoryError> {
        let repository = self.find(id).await?;
        if self
            .store
            .page(&Folder::images(id), None, 1)
            .await?
            .is_empty()
        {
            self.remove(repository).await
        } else {
            Err(RepositoryError::RepositoryNotEmpty(id.clone()))
        }
    }

    /// Deletes a repository and its content.
    pub(crate) async fn delete_with_images(
        &self,
        id: &RepositoryId,
    ) -> Result<Repository, RepositoryError> {
        let repository = self.find(id).await?;
        self.remove(repository).await
    }

    /// Removes the repository before its content, so that no request finds a repository without its images.
    async fn remove(&self, repository: Repository) -> Result<Repository, RepositoryError> {
        self.store.remove(&Key::repository(&repository.id)).await?;
        self.store.clear(&Folder::content(&repository.id)).await?;
        Ok(repository)
    }

    pub(crate) async fn put_mutability(
        &self,
        id: &RepositoryId,
        mutability: TagMutability,
    ) -> Result<Repository, RepositoryError> {
        let mut repository = self.find(id).await?;
        repository.settings.mutability = mutability;
        let key = Key::repository(id);
        self.store.write_record(&key, &repository.settings).await?;
        Ok(repository)
    }

    /// Sets the policy of a repository. `text` must be a valid policy in JSON.
    pub(crate) async fn put_policy(
        &self,
        id: &RepositoryId,
        text: &str,
    ) -> Result<(), RepositoryError> {
        self.find(id).await?;
        RepositoryPolicy::parse(text).map_err(RepositoryError::InvalidPolicy)?;
        let bytes = text.as_bytes().to_vec().into();
        Ok(self.store.write(&Key::policy(id), bytes).await?)
    }

    /// Returns the policy, as it was set.
    pub(crate) async fn policy(&self, id: &RepositoryId) -> Result<String, RepositoryError> {
        self.find(id).await?;
        let text = self.store.read(&Key::policy(id)).await?;
        text.map(|text| String::from_utf8_lossy(&text).into_owned())
            .ok_or_else(|| RepositoryError::PolicyNotFound(id.clone()))
    }

    /// Removes the policy and returns it.
    pub(crate) async fn delete_policy(&self, id: &RepositoryId) -> Result<String, RepositoryError> {
        let text = self.policy(id).await?;
        self.store.remove(&Key::policy(id)).await?;
        Ok(text)
    }
}

fn upload_seed(seed: &str) -> String {
    format!("{seed}\nuploads")
}
