//! Creates repositories of a running mock, pushes images to them and reads them.

use std::fmt;
use std::sync::Arc;

use crate::config::ArgumentError;
use crate::config::image::Image;
use crate::domain::Settings;
use crate::repository::error::RepositoryError;
use crate::state::State;
use crate::types::argument;
use crate::types::{AccountId, Digest, Reference, Region, RegistryId, RepositoryId};

/// A repository of a running mock.
///
/// [`MockEcr::create_repository`](crate::MockEcr::create_repository) creates a repository.
/// [`MockEcr::repository`](crate::MockEcr::repository) returns a handle of a repository that may not exist yet. Both use
/// the registry of the default account in the default Region. [`MockEcr::repositories`](crate::MockEcr::repositories)
/// returns the existing repositories of all accounts and Regions.
///
/// The methods use the store of the mock directly. They call neither the API nor the registry, so the request log does
/// not contain them, and faults and policies do not apply. The rules of the registry apply: the digests of layers are
/// verified, and immutable tags cannot be moved.
///
/// ```
/// # use mock_ecr::MockEcr;
/// use mock_ecr::repository::Image;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// let ecr = MockEcr::start().await?;
/// let app = ecr.create_repository("team/app").await?;
/// let digest = app.push(Image::new().layer("a layer").tag("1.0").tag("latest")).await?;
///
/// assert_eq!(app.tags().await?, ["1.0", "latest"]);
/// assert_eq!(app.digests().await?, [digest.clone()]);
/// assert_eq!(app.manifest("1.0").await?, app.manifest(digest.as_str()).await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Repository {
    state: Arc<State>,
    account: AccountId,
    region: Region,
    name: String,
}

impl Repository {
    pub(crate) fn new(state: Arc<State>, name: &str) -> Self {
        let (account, region) = (state.config.default_account(), state.config.region.clone());
        let name = name.to_owned();
        Repository {
            state,
            account,
            region,
            name,
        }
    }

    /// Returns the handle of an existing repository. Returns `None` for a public repository.
    pub(crate) fn existing_in(state: &Arc<State>, id: &RepositoryId) -> Option<Self> {
        let RegistryId::Private { account, region } = &id.registry else {
            return None;
        };
        Some(Repository {
            state: Arc::clone(state),
            account: *account,
            region: region.clone(),
            name: id.name.to_string(),
        })
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the account of the registry.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Returns the Region of the registry.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Creates the repository, with the default settings of `CreateRepository`.
    pub(crate) async fn create(&self) -> Result<(), RepositoryError> {
        let settings = Settings::created_at(self.state.clock.now());
        let id = self.id("create_repository")?;
        let repositories = &self.state.repositories;
        repositories.create(&id, settings, Vec::new()).await?;
        Ok(())
    }

    /// Pushes an image and returns its digest. The image is pushed once for each of its tags, or once without a tag.
    ///
    /// If the repository already contains the image under a tag, this tag is not changed.
    ///
    /// # Errors
    ///
    /// Returns an error if the name of the repository or a tag is invalid, if the repository does not exist, if an
    /// immutable tag belongs to another image, if the manifest of the image is larger than 4 MiB, or if the store
    /// fails.
    pub async fn push(&self, image: Image) -> Result<Digest, RepositoryError> {
        let tags = image.tags()?;
        let repositories = &self.state.repositories;
        let id = self.existing().await?;
        let now = self.state.clock.now();
        Ok(repositories.push(&id, &image, tags, now).await?)
    }

    /// Returns the tags, sorted by their bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if the name of the repository is invalid, if the repository does not exist, or if the store
    /// fails.
    pub async fn tags(&self) -> Result<Vec<String>, RepositoryError> {
        let id = self.existing().await?;
        let tags = self.state.repositories.tags(&id, None, usize::MAX).await?;
        Ok(tags.into_iter().map(Into::into).collect())
    }

    /// Returns the digests of all images, with or without tags, sorted by their bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if the name of the repository is invalid, if the repository does not exist, or if the store
    /// fails.
    pub async fn digests(&self) -> Result<Vec<Digest>, RepositoryError> {
        let id = self.existing().await?;
        Ok(self.state.repositories.image_digests(&id).await?)
    }

    /// Returns the manifest of an image, exactly as it was pushed. `reference` is a tag or a digest.
    ///
    /// # Errors
    ///
    /// Returns an error if the name of the repository is invalid, if `reference` is neither a tag nor a digest, if the
    /// repository or the image does not exist, or if the store fails.
    pub async fn manifest(&self, reference: &str) -> Result<Vec<u8>, RepositoryError> {
        let reference: Reference = argument::parse("manifest", reference)?;
        let id = self.existing().await?;
        let image = self.state.repositories.image(&id, &reference).await?;
        Ok(image.manifest.into())
    }

    async fn existing(&self) -> Result<RepositoryId, RepositoryError> {
        let id = self.id("repository")?;
        self.state.repositories.find(&id).await?;
        Ok(id)
    }

    /// Returns the ID of the repository. An error contains `method`, the method of the mock that was called with the
    /// name.
    fn id(&self, method: &'static str) -> Result<RepositoryId, ArgumentError> {
        let name = argument::parse(method, &self.name)?;
        let region = self.region.clone();
        Ok(RepositoryId::private(self.account, region, name))
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Repository").field(&self.name).finish()
    }
}
