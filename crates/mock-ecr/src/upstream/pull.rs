//! Imports images when they are pulled.

use std::time::Duration;

use crate::aws::pull_through_rule::RuleSettings;
use crate::aws::upstream_registry::private_registry;
use crate::domain::{
    AccessError, CacheState, PullThroughRule, RegistrySettingError, Repositories, RepositoryError,
};
use crate::http::buffers::Reservation;
use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::authorization::CrossAccount;
use crate::token::{Claims, TokenIssuer};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, PrincipalArn, RegistryId, RepositoryId, Tag};
use crate::upstream::client::Client;
use crate::upstream::error::UpstreamError;
use crate::upstream::fetch::Fetch;
use crate::upstream::secret::{Credentials, SecretError};
use crate::upstream::upstreams::Upstreams;

/// A request that pulls images.
pub(crate) struct Pull<'a> {
    pub(crate) repositories: &'a Repositories,
    pub(crate) tokens: &'a TokenIssuer,
    pub(crate) token_ttl: Duration,
    /// The caller.
    pub(crate) access: AccessRequest<'a>,
    pub(crate) cross_account: CrossAccount,
    pub(crate) now: Timestamp,
    /// The images whose import has led to the request.
    pub(crate) importing: Option<&'a str>,
}

impl Upstreams {
    /// Imports the image of a tag if a rule applies to it and the caller is permitted to import it, unless the repository has a current image.
    /// If the image is stale and cannot be refreshed, the pull finds the stale image. Source: "Pull through cache" in the user guide of
    /// Amazon ECR.
    pub(crate) async fn prepare(
        &self,
        pull: &Pull<'_>,
        id: &RepositoryId,
        tag: &Tag,
        reservation: Reservation,
    ) -> Result<(), UpstreamError> {
        let repositories = pull.repositories;
        let rule = repositories.pull_through_rule_for(&id.registry, &id.name);
        let Some(rule) = rule.await? else {
            return Ok(());
        };
        let state = repositories.cache_state(id, tag, pull.now).await?;
        let is_current = state == CacheState::Current;
        if is_current || pull.is_cycle(id, tag) || !pull.may_import(id, state).await? {
            return Ok(());
        }
        let import = Import {
            upstreams: self,
            pull,
            rule: &rule,
            id,
        };
        let imported = match state {
            CacheState::Stale if !repositories.claim_refresh(id, tag, pull.now).await? => Ok(()),
            CacheState::Stale => import.within_timeout(import.image(tag, reservation)).await,
            _ => {
                let missing = import.missing_image(tag, reservation);
                import.within_timeout(missing).await
            }
        };
        self.report(id, tag, state, imported)
    }

    /// Imports a layer of a cached image that the repository does not have. Returns whether it has the layer now.
    pub(crate) async fn prepare_layer(
        &self,
        pull: &Pull<'_>,
        id: &RepositoryId,
        digest: &Digest,
        reservation: Reservation,
    ) -> Result<bool, UpstreamError> {
        let rule = pull
            .repositories
            .pull_through_rule_for(&id.registry, &id.name);
        let Some(rule) = rule.await? else {
            return Ok(false);
        };
        if !pull.may_import(id, CacheState::NoImage).await? {
            return Ok(false);
        }
        let import = Import {
            upstreams: self,
            pull,
            rule: &rule,
            id,
        };
        let layer = import.layer(digest, reservation);
        import.within_timeout(layer).await.map(|()| true)
    }

    /// Logs why an image was not imported. Returns the errors that the pull reports.
    fn report(
        &self,
        id: &RepositoryId,
        tag: &Tag,
        state: CacheState,
        imported: Result<(), UpstreamError>,
    ) -> Result<(), UpstreamError> {
        let Err(error) = imported else {
            return Ok(());
        };
        // A warning about a host without an address was logged.
        let is_expected = matches!(error, UpstreamError::NoAddress(_) | UpstreamError::NotFound);
        if !is_expected {
            let reason = error.to_string();
            tracing::warn!(repository = %id, %tag, ?reason, "an image was not imported from its upstream registry");
        }
        match error {
            _ if state == CacheState::Stale => Ok(()),
            // The template requires a role: the repository was not created.
            UpstreamError::Repository(RepositoryError::Registry(
                RegistrySettingError::TemplateWithoutRole(_),
            )) => Ok(()),
            error => Err(error),
        }
    }
}

impl Pull<'_> {
    /// Returns whether the import of the image has led to this request, or whether it has passed too many caches.
    fn is_cycle(&self, id: &RepositoryId, tag: &Tag) -> bool {
        let image = image_name(id, tag);
        let importing = self.importing.unwrap_or_default().split(' ');
        importing.clone().count() >= MAX_CACHES || importing.into_iter().any(|one| one == image)
    }

    /// Returns whether the caller is allowed to import an image, and, if it does not exist, to create the repository. Source: "IAM permissions
    /// required to sync an upstream registry" in the user guide of Amazon ECR.
    async fn may_import(
        &self,
        id: &RepositoryId,
        state: CacheState,
    ) -> Result<bool, UpstreamError> {
        let import = Action::ecr("BatchImportUpstreamImage");
        let create = Action::ecr("CreateRepository");
        let create = (state == CacheState::NoRepository).then_some(create);
        for action in [Some(import), create].into_iter().flatten() {
            let request = AccessRequest {
                action,
                ..self.access
            };
            let allowed = self
                .repositories
                .authorize(&request, id, self.cross_account);
            match allowed.await {
                Ok(()) => {}
                Err(AccessError::Denied(denied)) => {
                    let reason = denied.to_string();
                    tracing::warn!(repository = %id, ?reason, "an image was not imported from its upstream registry");
                    return Ok(false);
                }
                Err(AccessError::Repository(error)) => return Err(error.into()),
            }
        }
        Ok(true)
    }
}

/// The maximum number of caches that a request for an image can pass.
const MAX_CACHES: usize = 8;

/// Returns the name of an image in the header `x-mock-ecr-importing`.
fn image_name(id: &RepositoryId, tag: &Tag) -> String {
    format!("{id}:{tag}")
}

/// The import of an image into a repository.
struct Import<'a> {
    upstreams: &'a Upstreams,
    pull: &'a Pull<'a>,
    rule: &'a PullThroughRule,
    id: &'a RepositoryId,
}

impl Import<'_> {
    async fn within_timeout(
        &self,
        import: impl Future<Output = Result<(), UpstreamError>>,
    ) -> Result<(), UpstreamError> {
        let ended = tokio::time::timeout(self.upstreams.timeout, import).await;
        ended.unwrap_or_else(|_| {
            let reason = "the import took longer than upstreams.timeout";
            Err(UpstreamError::unavailable(reason))
        })
    }

    /// Imports an image unless another client has imported it in the meantime.
    async fn missing_image(
        &self,
        tag: &Tag,
        reservation: Reservation,
    ) -> Result<(), UpstreamError> {
        let image = image_name(self.id, tag);
        let _guard = self.upstreams.in_flight.begin(&image).await;
        let Pull {
            repositories, now, ..
        } = *self.pull;
        match repositories.cache_state(self.id, tag, now).await? {
            CacheState::NoRepository | CacheState::NoImage => self.image(tag, reservation).await,
            CacheState::Current | CacheState::Stale => Ok(()),
        }
    }

    async fn image(&self, tag: &Tag, reservation: Reservation) -> Result<(), UpstreamError> {
        let name = self.upstream_name()?;
        let client = self.client(&image_name(self.id, tag), reservation)?;
        let Pull {
            repositories, now, ..
        } = *self.pull;
        let fetch = Fetch::new(client, repositories, self.id, &name);
        let images = fetch.image_of(tag).await?;
        let imported = repositories.import_upstream(self.id, images, now).await;
        imported.map_err(|error| match error {
            error @ (RepositoryError::InvalidManifest(_)
            | RepositoryError::DigestMismatch { .. }
            | RepositoryError::MissingLayers { .. }
            | RepositoryError::ReferencedImagesNotFound { .. }) => {
                UpstreamError::unavailable(error)
            }
            error => error.into(),
        })
    }

    async fn layer(&self, digest: &Digest, reservation: Reservation) -> Result<(), UpstreamError> {
        let name = self.upstream_name()?;
        let client = self.client("", reservation)?;
        let repositories = self.pull.repositories;
        let fetch = Fetch::new(client, repositories, self.id, &name);
        let layer = fetch.layer_of(digest).await?;
        repositories.import_layer(self.id, layer).await?;
        Ok(())
    }

    /// Returns the repository in the upstream registry. Docker Hub denies the access to an official image without its namespace. Source:
    /// aws/containers-roadmap#2211.
    fn upstream_name(&self) -> Result<String, UpstreamError> {
        let settings = &self.rule.settings;
        let name = settings.upstream_name(self.id.name.as_str());
        let name = name.ok_or(UpstreamError::NotFound)?;
        let is_hub = settings
            .upstream()
            .is_some_and(|upstream| upstream.has_library());
        match is_hub && !name.contains('/') {
            true => Err(UpstreamError::AccessDenied(format!(
                "Docker Hub has no repository {name}: official images are in library/{name}"
            ))),
            false => Ok(name),
        }
    }

    fn client(&self, image: &str, reservation: Reservation) -> Result<Client<'_>, UpstreamError> {
        let before = self.pull.importing.unwrap_or_default();
        let importing = format!("{before} {image}").trim().to_owned();
        let client = self
            .upstreams
            .client(self.pull, &self.id.registry, self.rule, reservation)?;
        Ok(Client {
            importing,
            ..client
        })
    }
}

impl Upstreams {
    /// Returns a client of the upstream registry of a rule.
    pub(super) fn client<'a>(
        &'a self,
        pull: &'a Pull<'_>,
        registry: &RegistryId,
        rule: &PullThroughRule,
        reservation: Reservation,
    ) -> Result<Client<'a>, UpstreamError> {
        let settings = &rule.settings;
        let address = self.address(&settings.url)?;
        // A mock determines the registry from the host name. Other registries need not know the name in the rule.
        let host = match private_registry(&settings.url) {
            Some(_) => settings.url.clone(),
            None => address.to_string(),
        };
        Ok(Client {
            upstreams: self,
            address,
            host,
            credentials: self.credentials(settings)?,
            tokens: pull.tokens,
            claims: ecr_claims(pull, registry, &settings.url),
            importing: String::new(),
            reservation,
            authorization: None,
        })
    }
}

impl Upstreams {
    /// Returns the credentials of a rule, if it has a secret.
    pub(super) fn credentials(
        &self,
        settings: &RuleSettings,
    ) -> Result<Option<Credentials>, SecretError> {
        let arn = settings.credential_arn.as_deref();
        arn.map(|arn| Credentials::parse(self.secret(arn)?))
            .transpose()
    }
}

/// Returns the claims of a token for an upstream registry of Amazon ECR, which is this mock or another one with the same seed.
///
/// `[ASSUME]`: the root user of the account of the cache pulls the image. If the upstream registry belongs to another account, its policies must
/// allow this account.
fn ecr_claims(pull: &Pull<'_>, registry: &RegistryId, url: &str) -> Claims {
    let own = match registry {
        RegistryId::Private { region, .. } => region.clone(),
        RegistryId::Public { .. } => pull.access.caller.region().clone(),
    };
    let region = private_registry(url).map_or(own, |(_, region)| region);
    let principal = PrincipalArn::root(registry.account(), &region);
    Claims::new(principal, region, pull.now, pull.token_ttl)
}
