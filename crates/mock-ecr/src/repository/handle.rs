//! Creates repositories of a running mock, pushes images to them and reads them.

use std::fmt;
use std::sync::Arc;

use futures_util::TryStreamExt as _;

use crate::config::ArgumentError;
use crate::config::image::Image;
use crate::config::policy::Policy;
use crate::config::scanning::ScanResult;
use crate::domain;
use crate::domain::{Manifest, Settings};
use crate::repository::error::{RepositoryError, UnknownAccount};
use crate::state::State;
use crate::types::argument;
use crate::types::{AccountId, Digest, Reference, Region, RegistryId, RepositoryId};

/// A repository of a running mock.
///
/// [`MockEcr::repository`](crate::MockEcr::repository) returns a handle of a repository that may not exist yet, in the
/// registry of the default account in the default Region. [`in_account`](Repository::in_account) and
/// [`in_region`](Repository::in_region) select another registry. [`push`](Repository::push) creates a missing repository,
/// and so does [`MockEcr::create_repository`](crate::MockEcr::create_repository).
/// [`MockEcr::repositories`](crate::MockEcr::repositories) returns the existing repositories of all accounts and Regions.
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
/// let app = ecr.repository("team/app");
/// let digest = app.push(Image::new().layer("a layer").tag("1.0").tag("latest")).await?;
///
/// assert_eq!(app.tags().await?, ["1.0", "latest"]);
/// assert_eq!(app.digest("latest").await?, digest);
/// assert_eq!(app.layers("1.0").await?, [b"a layer"]);
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

    /// Returns the handle of the repository of this name in the registry of another account.
    ///
    /// # Errors
    ///
    /// Returns an error if `account` is not an account ID, or if the account does not exist: no principal of the
    /// configuration belongs to it, and [`MockEcrBuilder::account`](crate::MockEcrBuilder::account) did not add it.
    pub fn in_account(self, account: &str) -> Result<Self, ArgumentError> {
        let id: AccountId = argument::parse("in_account", account)?;
        let known = self.state.config.known_accounts();
        if !known.contains(&id) {
            let unknown = UnknownAccount(known.iter().map(ToString::to_string).collect());
            return Err(ArgumentError::new("in_account", account, unknown));
        }
        Ok(Repository {
            account: id,
            ..self
        })
    }

    /// Returns the handle of the repository of this name in the registry of another Region.
    ///
    /// # Errors
    ///
    /// Returns an error if the Region is neither known nor one of
    /// [`Config::additional_regions`](crate::Config::additional_regions).
    pub fn in_region(self, region: &str) -> Result<Self, ArgumentError> {
        let parsed: Region = argument::parse("in_region", region)?;
        let known = parsed.check_known(&self.state.config.additional_regions);
        known.map_err(|error| ArgumentError::new("in_region", region, error))?;
        Ok(Repository {
            region: parsed,
            ..self
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

    /// Creates the repository, with the default settings of `CreateRepository`. An error of the name contains `method`,
    /// the method of the mock that was called with it.
    pub(crate) async fn create(&self, method: &'static str) -> Result<(), RepositoryError> {
        let settings = Settings::created_at(self.state.clock.now());
        let id = self.id(method)?;
        let repositories = self.state.current_repositories().await?;
        repositories.create(&id, settings, Vec::new()).await?;
        Ok(())
    }

    /// Pushes an image and returns its digest. The image is pushed once for each of its tags, or once without a tag. If
    /// the repository does not exist, it is created with the default settings of `CreateRepository`.
    ///
    /// If the repository already contains the image under a tag, this tag is not changed.
    ///
    /// # Errors
    ///
    /// Returns an error if the name of the repository or a tag is invalid, if an immutable tag belongs to another image,
    /// if the image has no layers or an empty one and the registry has the quirks
    /// [`LayersRequired`](crate::config::Quirk::LayersRequired) and
    /// [`EmptyLayersRejected`](crate::config::Quirk::EmptyLayersRejected), if the manifest of the image has more than
    /// 4,194,304 characters, if a quota does not permit the image, or if the store fails.
    pub async fn push(&self, image: Image) -> Result<Digest, RepositoryError> {
        let tags = image.tags()?;
        let repositories = &self.state.repositories;
        let id = self.id("repository")?;
        match self.create("repository").await {
            Ok(()) | Err(RepositoryError::RepositoryAlreadyExists(_)) => {}
            Err(error) => return Err(error),
        }
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
        Ok(self.image("manifest", reference).await?.manifest.into())
    }

    /// Returns the digest of an image. `reference` is a tag or a digest.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`manifest`](Repository::manifest).
    pub async fn digest(&self, reference: &str) -> Result<Digest, RepositoryError> {
        Ok(self.image("digest", reference).await?.digest)
    }

    /// Returns the bytes of the layers of an image, the lowest layer first, exactly as they were pushed. `reference` is a
    /// tag or a digest.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`manifest`](Repository::manifest), and an error if the reference is that of an index, or if
    /// a layer was deleted.
    pub async fn layers(&self, reference: &str) -> Result<Vec<Vec<u8>>, RepositoryError> {
        let mut layers = Vec::new();
        for layer in self.parsed("layers", reference).await?.layers {
            layers.push(self.blob(&layer.digest).await?);
        }
        Ok(layers)
    }

    /// Returns the configuration of an image, exactly as it was pushed. `reference` is a tag or a digest.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`layers`](Repository::layers).
    pub async fn config(&self, reference: &str) -> Result<Vec<u8>, RepositoryError> {
        match self.parsed("config", reference).await?.config {
            Some(config) => self.blob(&config.digest).await,
            None => Ok(Vec::new()),
        }
    }

    /// Sets the policy of the repository, as `SetRepositoryPolicy` does with `force`.
    ///
    /// # Errors
    ///
    /// Returns an error if the policy is invalid, names a principal or an action that does not exist, or contains a
    /// condition that the mock does not evaluate, if the name of the repository is invalid, if the repository does not
    /// exist, or if the store fails.
    pub async fn set_policy(&self, policy: Policy) -> Result<(), RepositoryError> {
        let policy = policy.build("set_policy")?;
        let id = self.existing().await?;
        let acceptance = self.state.policy_acceptance();
        let partition = id.registry.partition();
        let checked = acceptance.check(&policy, partition);
        checked.map_err(|error| ArgumentError::new("set_policy", &policy.to_json(), error))?;
        Ok(self.state.repositories.put_policy(&id, &policy).await?)
    }

    /// Sets the result of the scans of an image. `reference` is a tag or a digest. The result belongs to the image until the
    /// image is deleted. If the image was scanned, the result replaces that of the scan. Otherwise it is the result of the
    /// next scan; this method does not start one.
    ///
    /// # Errors
    ///
    /// Returns an error if the name of the repository is invalid, if `reference` is neither a tag nor a digest, if the result
    /// contains a finding twice or a score that is not between 0 and 10, if the repository or the image does not exist, if the
    /// image is an index or an artifact, or if the store fails.
    pub async fn set_scan_result(
        &self,
        reference: &str,
        result: ScanResult,
    ) -> Result<(), RepositoryError> {
        let method = "set_scan_result";
        let parsed: Reference = argument::parse(method, reference)?;
        let checked = result.check();
        checked.map_err(|error| ArgumentError::new(method, reference, error))?;
        let id = self.existing().await?;
        let repositories = &self.state.repositories;
        repositories.put_scan_result(&id, &parsed, result).await?;
        Ok(())
    }

    async fn image(
        &self,
        method: &'static str,
        reference: &str,
    ) -> Result<domain::Image, RepositoryError> {
        let reference: Reference = argument::parse(method, reference)?;
        let id = self.existing().await?;
        Ok(self.state.repositories.image(&id, &reference).await?)
    }

    /// Returns the parsed manifest of an image that is not an index.
    async fn parsed(
        &self,
        method: &'static str,
        reference: &str,
    ) -> Result<Manifest, RepositoryError> {
        let image = self.image(method, reference).await?;
        let manifest = Manifest::parse(&image.manifest);
        let manifest = manifest.expect("the manifest was parsed when it was pushed");
        match manifest.manifests.first() {
            None => Ok(manifest),
            Some(first) => Err(RepositoryError::IsIndex {
                repository: self.name.clone(),
                reference: reference.to_owned(),
                image: first.digest.clone(),
            }),
        }
    }

    async fn blob(&self, digest: &Digest) -> Result<Vec<u8>, RepositoryError> {
        let id = self.id("repository")?;
        let repositories = &self.state.repositories;
        let content = repositories.open_layer(&id, digest, None).await?;
        let chunks: Vec<_> = content
            .bytes
            .try_collect()
            .await
            .map_err(domain::RepositoryError::from)?;
        Ok(chunks.concat())
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    pub(super) async fn existing(&self) -> Result<RepositoryId, RepositoryError> {
        let id = self.id("repository")?;
        let repositories = self.state.current_repositories().await?;
        let Err(error) = repositories.find(&id).await else {
            return Ok(id);
        };
        let existing = repositories.all().await?;
        let existing: Vec<_> = existing.into_iter().map(|one| one.id).collect();
        Err(RepositoryError::from(error).with_similar(&id, &existing))
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
        let Repository {
            account, region, ..
        } = self;
        write!(
            f,
            "Repository({:?} in account {account}, Region {region})",
            self.name
        )
    }
}
